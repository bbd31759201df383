"""Removing from a spool what the catalogue has had for long enough.

The forwarder decides, by broker time, and writes the rows' numbers into table ``removable`` of its
own database. The rows are removed by the sole writer of their spool: the living producer itself,
or the forwarder when the owner is gone.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from scifish.spool.layout import connect_reader

BATCH = 500
"""Rows per transaction, so that a commit waits a few milliseconds for it at most."""


def remove_finished(
    database: sqlite3.Connection, name: str, forwarder_db: Path, interrupted: Callable[[], bool]
) -> int:
    """Remove a living producer's finished rows, batch by batch; return how many.

    Parameters
    ----------
    database
        The producer's only writing connection.
    name
        Uuid of its spool.
    forwarder_db
        Where the forwarder lists what may go.
    interrupted
        Asked before each batch: somebody waits for a commit.

    Raises
    ------
    sqlite3.Error
        One of the databases cannot be read or written now; try again later.
    """
    removed = 0
    rows = _finished_rows(name, forwarder_db)
    for start in range(0, len(rows), BATCH):
        if interrupted():
            break
        removed += remove_rows(database, rows[start : start + BATCH])
    return removed


def _finished_rows(name: str, forwarder_db: Path) -> list[int]:
    if not forwarder_db.exists():
        return []
    with closing(connect_reader(forwarder_db)) as reader:
        query = "SELECT row FROM removable WHERE spool = ? ORDER BY row"
        return [row for (row,) in reader.execute(query, (name,))]


def remove_rows(database: sqlite3.Connection, rows: Sequence[int]) -> int:
    """Remove rows by their numbers in one transaction; return how many were there."""
    if not rows:
        return 0
    database.execute("BEGIN IMMEDIATE")
    try:
        cursor = database.executemany("DELETE FROM message WHERE id = ?", [(row,) for row in rows])
    except sqlite3.Error:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
    return cursor.rowcount
