"""A yardstick: bare SQLite on the disk that the spools are on, surviving a loss of power."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import seconds

PERIOD_S = 0.2
INSERT = "INSERT INTO message (body) VALUES (?)"


def bare_database(path: Path) -> sqlite3.Connection:
    """Open a new database, WAL and synchronous FULL, otherwise as SQLite comes."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB)")
    return database


@contextlib.contextmanager
def inserts_meanwhile(path: Path, body: bytes) -> Iterator[list[float]]:
    """Insert a few times a second while something else runs; yields the seconds that each lasted."""
    database, taken, over = bare_database(path), [], threading.Event()

    def insert() -> None:
        while not over.wait(PERIOD_S):
            taken.append(seconds(lambda: database.execute(INSERT, (body,))))

    thread = threading.Thread(target=insert, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()
        database.close()
