"""Taking receipts into the ledger."""

import json
import logging

from scifish import receipts
from scifish.errors import MessageError
from scifish.ledger.ledger import Ledger
from scifish.receipts import Receipt

log = logging.getLogger(__name__)

LAST_MS = 2**62
"""Broker time after every stamp, ms."""


def take_receipt(ledger: Ledger, data: bytes | None, place: int) -> None:
    """Take in one record of the receipts topic, inside a transaction of the ledger.

    A receipt of a pid that no spool here holds belongs to another capture host and is ignored;
    what is no receipt at all is logged and ignored, since nothing can be learnt from it.

    Parameters
    ----------
    ledger
        Where the capture's rows stand.
    data
        The record's value.
    place
        Its number among all that were ever read here; orders the answers, also of a topic that
        was made again and counts from 0.
    """
    try:
        receipt = receipts.decode(data or b"")
    except MessageError as error:
        log.warning("receipt number %d cannot be read: %s", place, error)
        return
    if receipt.outcome == "resend":
        _obey(ledger, receipt)
    elif receipt.pid and _is_ours(ledger, receipt.pid):
        _keep(ledger, receipt, place)


def _obey(ledger: Ledger, receipt: Receipt) -> None:
    """Send a span again; an end that the receipt leaves open is unbounded: the log may hold nothing."""
    begin, end = receipt.resend_from, receipt.resend_to
    from_ms = int(begin.timestamp() * 1000) if begin else 0
    to_ms = int(end.timestamp() * 1000) + 1 if end else LAST_MS
    count = ledger.send_span_again(from_ms, to_ms)
    span = f"{begin or 'the first one'} to {end or 'now'}"
    log.warning("%d messages of %s are sent again: %s", count, span, receipt.reason)


def _is_ours(ledger: Ledger, pid: str) -> bool:
    found = ledger.database.execute("SELECT 1 FROM message WHERE pid = ? LIMIT 1", (pid,))
    return found.fetchone() is not None


def _keep(ledger: Ledger, receipt: Receipt, place: int) -> None:
    """Keep the newest answer of a sink about a phase; one about an older revision changes nothing."""
    part = receipt.part
    about = (
        receipt.pid,
        receipt.author or "",
        receipt.phase or "",
        f"{part.name}:{part.index}/{part.of}" if part else "",
        receipt.sink,
        receipt.rank or 0,
        receipt.revision or 0,
    )
    write = """INSERT INTO receipt (pid, author, phase, part, sink, rank, revision,
            outcome, reason, sinks, at, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (pid, author, phase, part, sink) DO UPDATE SET rank = excluded.rank,
            revision = excluded.revision, outcome = excluded.outcome, reason = excluded.reason,
            sinks = excluded.sinks, at = excluded.at, place = excluded.place
        WHERE (excluded.rank, excluded.revision) >= (receipt.rank, receipt.revision)"""
    at = (receipt.catalogued_at or receipt.at).isoformat()
    said = (receipt.outcome, receipt.reason, json.dumps(receipt.sinks), at, place)
    ledger.database.execute(write, (*about, *said))
    ledger.touch(str(receipt.pid))
