"""What a forwarder tells of itself."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from scifish.forwarding.consumer_watch import ConsumerState
from scifish.ledger.ledger import Ledger


@dataclass(frozen=True)
class ForwarderStatus:
    """A moment's numbers; ages in seconds by the host's clock, for people.

    Attributes
    ----------
    trouble
        What is wrong and what to do, null when all is well.
    pending
        Messages not acknowledged by Kafka.
    oldest_pending_s
        Age of the oldest of them, 0 without any.
    oldest_uncatalogued_s
        Age of the oldest capture that the catalogue has not answered at all, 0 without any.
    sent
        Messages that Kafka has acknowledged, ever.
    captures
        Number of captures per state, of those still kept.
    damaged
        Spool to what the disk has done to it.
    broker
        What the messages go to, for people.
    consumers
        Which sinks of the beamline are alive.
    """

    trouble: str | None = "not started"
    pending: int = 0
    oldest_pending_s: float = 0.0
    oldest_uncatalogued_s: float = 0.0
    sent: int = 0
    captures: Mapping[str, int] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)
    broker: str = ""
    consumers: tuple[ConsumerState, ...] = ()


def measure(ledger: Ledger, trouble: str | None, damaged: Mapping[str, str]) -> ForwarderStatus:
    """Count what stands in a ledger."""
    waiting = [_waiting(ledger, state) for state in ("pending", "sending")]
    since = [oldest for _, oldest in waiting if oldest is not None]
    captures = dict(ledger.database.execute("SELECT state, count(*) FROM capture GROUP BY state").fetchall())
    unanswered = "SELECT min(committed_s) FROM capture WHERE state IN ('captured', 'sent')"
    (oldest,) = ledger.database.execute(unanswered).fetchone()
    now = time.time()
    return ForwarderStatus(
        trouble=trouble,
        pending=sum(count for count, _ in waiting),
        oldest_pending_s=max(0.0, now - min(since, default=now)),
        oldest_uncatalogued_s=max(0.0, now - oldest) if oldest is not None else 0.0,
        sent=ledger.fact("acknowledged"),
        captures=captures,
        damaged={**damaged, **_unreadable(ledger)},
    )


def _waiting(ledger: Ledger, state: str) -> tuple[int, float | None]:
    query = f"SELECT count(*), min(committed_s) FROM message WHERE state = '{state}'"  # noqa: S608
    count, oldest = ledger.database.execute(query).fetchone()
    return count, oldest


def _unreadable(ledger: Ledger) -> dict[str, str]:
    query = "SELECT spool, count(*) FROM unreadable GROUP BY spool"
    found = ledger.database.execute(query).fetchall()
    return {spool: f"{count} rows are damaged on the disk" for spool, count in found}
