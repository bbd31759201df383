"""Which consumers of a beamline are alive, as far as their heartbeats tell.

Ages are broker time where the topic stamps its records, else time counted by the monotonic clock; no
host's clock decides.
"""

from datetime import datetime, timezone

from pydantic import BaseModel

from scifish.heartbeat import Heartbeat
from scifish.ledger.broker_clock import BrokerClock
from scifish.ledger.ledger import Ledger

SILENT_S = 60.0
"""Without a heartbeat for longer than this, three periods, a consumer counts as silent."""


class ConsumerState(BaseModel):
    """One sink: ``{"sink": "mongodb", "alive": true, "since": "2026-03-01T12:00:00Z"}``."""

    sink: str
    alive: bool | None
    """Whether it was heard in the last 60 s; none while that cannot be told: the topic cannot be read,
    or has not been read for so long yet."""
    since: str | None
    """UTC, whole seconds: alive since its first heartbeat after a silence; otherwise its last heartbeat,
    none when it was never heard."""


class ConsumerWatch:
    """Keeps the newest heartbeat of each sink in the ledger; used by the forwarder's thread."""

    def __init__(self, ledger: Ledger, clock: BrokerClock) -> None:
        self._database, self._clock = ledger.database, clock
        self._heard: set[str] = set()
        """Sinks heard in this process life: what an earlier one heard does not make alive."""
        self._listens_since_s: float | None = None

    def listen(self, readable: bool, now_s: float) -> None:
        """Note whether the topic can be read now (monotonic clock); silence counts only while it can."""
        if not readable:
            self._listens_since_s = None
        elif self._listens_since_s is None:
            self._listens_since_s = now_s

    def take(self, beat: Heartbeat, stamp_ms: int | None, now_s: float) -> None:
        """Take in a heartbeat, inside a transaction of the ledger.

        Parameters
        ----------
        beat
            Also names all sinks of the beamline: one that it does not name is no longer watched, one
            that was never heard is watched from now on.
        stamp_ms
            Broker time, none where the topic does not stamp its records.
        now_s
            The monotonic clock.
        """
        heard_ms = self._clock.now_ms(now_s) if stamp_ms is None else stamp_ms
        shown_ms = int(beat.at.timestamp() * 1000) if stamp_ms is None else stamp_ms
        write = """INSERT INTO consumer (sink, heard_ms, shown_ms, alive_from_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT (sink) DO UPDATE SET heard_ms = excluded.heard_ms, shown_ms = excluded.shown_ms,
            alive_from_ms = CASE WHEN excluded.heard_ms - consumer.heard_ms <= ?
                THEN consumer.alive_from_ms ELSE excluded.alive_from_ms END"""
        self._database.execute(write, (beat.sink, heard_ms, shown_ms, shown_ms, int(SILENT_S * 1000)))
        self._heard.add(beat.sink)
        self._keep_only({beat.sink, *beat.sinks})

    def states(self, now_s: float) -> list[ConsumerState]:
        """Return what is known of each sink, in the order of their names (monotonic clock)."""
        query = "SELECT sink, heard_ms, shown_ms, alive_from_ms FROM consumer ORDER BY sink"
        return [self._state(now_s, *found) for found in self._database.execute(query)]

    def _state(
        self, now_s: float, sink: str, heard_ms: int | None, shown_ms: int | None, alive_from_ms: int | None
    ) -> ConsumerState:
        age_s = float("inf") if heard_ms is None else (self._clock.now_ms(now_s) - heard_ms) / 1000
        if sink in self._heard and age_s <= SILENT_S:
            return ConsumerState(sink=sink, alive=True, since=_shown(alive_from_ms))
        listened_s = 0.0 if self._listens_since_s is None else now_s - self._listens_since_s
        silent = min(age_s, listened_s) > SILENT_S
        return ConsumerState(sink=sink, alive=False if silent else None, since=_shown(shown_ms))

    def _keep_only(self, sinks: set[str]) -> None:
        self._database.executemany("INSERT OR IGNORE INTO consumer (sink) VALUES (?)", [(s,) for s in sinks])
        known = {sink for (sink,) in self._database.execute("SELECT sink FROM consumer")}
        gone = [(sink,) for sink in known - sinks]
        self._database.executemany("DELETE FROM consumer WHERE sink = ?", gone)


def _shown(ms: int | None) -> str | None:
    if ms is None:
        return None
    return datetime.fromtimestamp(ms // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
