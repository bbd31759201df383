"""Which rows may leave the spools: those of captures that every sink has answered for long enough."""

from collections.abc import Sequence

from scifish.ledger.ledger import Ledger

BATCH = 500
"""Captures handled at once."""


def stamp_final(ledger: Ledger, broker_ms: int) -> int:
    """Begin the span of keeping for captures that have become final; return how many."""
    change = """UPDATE capture SET final_ms = ? WHERE final_ms IS NULL AND open = 0
        AND state IN ('catalogued', 'rejected')"""
    return ledger.database.execute(change, (broker_ms,)).rowcount


def keep_if_not_final(ledger: Ledger) -> None:
    """End the span of captures that are not final any more, since something was added to them."""
    change = """UPDATE capture SET final_ms = NULL, listed = 0 WHERE final_ms IS NOT NULL
        AND state NOT IN ('catalogued', 'rejected')"""
    ledger.database.execute(change)


def allow_removal(ledger: Ledger, before_ms: int) -> int:
    """List the rows of captures final since before an instant of broker time; return how many captures."""
    query = "SELECT pid FROM capture WHERE final_ms <= ? AND listed = 0 ORDER BY final_ms LIMIT ?"
    pids = [found["pid"] for found in ledger.database.execute(query, (before_ms, BATCH))]
    insert = """INSERT OR IGNORE INTO removable SELECT spool, row FROM message
        WHERE pid = ? AND state != 'unreadable'"""
    ledger.database.executemany(insert, [(pid,) for pid in pids])
    ledger.database.executemany("UPDATE capture SET listed = 1 WHERE pid = ?", [(pid,) for pid in pids])
    return len(pids)


def removable_rows(ledger: Ledger, spool: str) -> list[int]:
    """Return the numbers of a spool's rows that may go, at most some hundred."""
    query = "SELECT row FROM removable WHERE spool = ? ORDER BY row LIMIT ?"
    return [found["row"] for found in ledger.database.execute(query, (spool, BATCH))]


def forget_rows(ledger: Ledger, spool: str, rows: Sequence[int]) -> None:
    """Forget rows that have left their spool, and captures of which no row is left."""
    places = [(spool, row) for row in rows]
    query = "SELECT pid FROM message WHERE spool = ? AND row = ?"
    pids = {found["pid"] for place in places for found in ledger.database.execute(query, place)}
    ledger.database.executemany("DELETE FROM message WHERE spool = ? AND row = ?", places)
    ledger.database.executemany("DELETE FROM removable WHERE spool = ? AND row = ?", places)
    for pid in pids:
        if not ledger.database.execute("SELECT 1 FROM message WHERE pid = ?", (pid,)).fetchone():
            ledger.database.execute("DELETE FROM receipt WHERE pid = ?", (pid,))
            ledger.database.execute("DELETE FROM capture WHERE pid = ?", (pid,))


def forget_spool(ledger: Ledger, spool: str) -> None:
    """Forget a spool whose file is gone, and that some of its rows could not be read."""
    ledger.database.execute("DELETE FROM spool WHERE uuid = ?", (spool,))
    for table in ("removable", "unreadable"):
        ledger.database.execute(f"DELETE FROM {table} WHERE spool = ?", (spool,))  # noqa: S608 - ours


def forget_file(ledger: Ledger, spool: str) -> int:
    """Forget a spool that somebody has taken away with all that was in it; return how many rows."""
    query = "SELECT row FROM message WHERE spool = ?"
    rows = [found["row"] for found in ledger.database.execute(query, (spool,))]
    with ledger.transaction():
        forget_rows(ledger, spool, rows)
        forget_spool(ledger, spool)
    return len(rows)
