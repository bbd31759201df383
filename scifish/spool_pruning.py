"""Removing from a spool what the catalogue has had for long enough.

The forwarder decides, by broker time, and writes the rows' numbers into table ``removable`` of its
own database. The rows are removed by the sole writer of their spool: the living producer itself,
or the forwarder when the owner is gone.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from scifish.spool_layout import connect_reader

BATCH = 500
"""Rows per transaction, so that a commit waits a few milliseconds for it at most."""


def remove_finished(database: sqlite3.Connection, name: str, forwarder_db: Path) -> int:
    """Remove one batch of a living producer's finished rows; return how many.

    Raises
    ------
    sqlite3.Error
        One of the databases cannot be read or written now; try again later.
    """
    if not forwarder_db.exists():
        return 0
    reader = connect_reader(forwarder_db)
    try:
        query = "SELECT row FROM removable WHERE spool = ? ORDER BY row LIMIT ?"
        rows = [row for (row,) in reader.execute(query, (name, BATCH))]
    finally:
        reader.close()
    return remove_rows(database, rows)


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
