"""How a spool's database looks: one row per committed message.

Columns are only ever added, with a default, and nobody reads one that he does not know: so an
older forwarder sends the rows of a newer producer as they are.
"""

import json
import sqlite3
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scifish.messages import CaptureMessage
from scifish.spool.shared_file import make_shared_file

HOLD_MS = "hold_ms"
"""In a summary: how long the forwarder waits for a newer revision."""
LAYOUT = 1
"""``PRAGMA user_version``; rises with every added column."""

TABLES = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    pid TEXT NOT NULL,
    phase TEXT NOT NULL,
    author TEXT NOT NULL,
    part TEXT NOT NULL DEFAULT '',
    rank INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    committed_s REAL NOT NULL DEFAULT 0,
    summary TEXT NOT NULL DEFAULT '{}',
    checksum INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS info (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
# The owner counts the numbers: a row removed at the end must not give its number to the next one,
# since the forwarder remembers the numbers it has seen. SQLite's AUTOINCREMENT does the same with one
# more page to sync in every commit.

INSERT = """INSERT INTO message
    (id, pid, phase, author, part, rank, revision, committed_s, summary, checksum, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
# committed_s is the host's clock, to tell people an age; nothing is deleted or decided by it.
BODY = 9
"""Place of the body in what `row_of` returns."""


def create_database(path: Path, info: Mapping[str, str]) -> sqlite3.Connection:
    """Make the database of a producer and return its only writing connection.

    The file gets mode 0660 before SQLite sees it, since SQLite gives the mode of the database to
    its helper files.
    """
    make_shared_file(path, exclusive=True)
    connection = connect_writer(path)
    connection.executescript("BEGIN;" + TABLES + f"PRAGMA user_version = {LAYOUT}; COMMIT;")
    connection.executemany("INSERT INTO info VALUES (?, ?)", info.items())
    return connection


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open a database for its sole writer: every commit survives a loss of power.

    Check points are left to the owner, who makes them when nobody waits for a commit.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=1.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a database that somebody else writes; the file must exist."""
    return sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1.0, check_same_thread=False
    )


def row_of(message: CaptureMessage, body: bytes, committed_s: float, hold_s: float = 0.0) -> tuple[Any, ...]:
    """Return the values of `INSERT` for a message, but for the number.

    Parameters
    ----------
    message, body
        It, and its serialised form.
    committed_s
        The host's time, s since the epoch.
    hold_s
        Time in s that the forwarder waits for a newer revision before it sends this one.
    """
    hold = {HOLD_MS: int(hold_s * 1000)} if hold_s else {}
    return (
        message.pid,
        message.phase,
        message.author,
        part_key(message),
        message.rank,
        message.revision,
        committed_s,
        json.dumps({**summary_of(message), **hold}),
        zlib.crc32(body),
        body,
    )


def part_key(message: CaptureMessage) -> str:
    """Return ``<name>:<i>/<n>`` of an amendment, empty for the other phases."""
    part = message.part
    return f"{part.name}:{part.index}/{part.of}" if part else ""


def summary_of(message: CaptureMessage) -> dict[str, Any]:
    """Return what a status page shows of a message, so that it need not read the bodies."""
    source = message.source
    return {
        "type": message.type,
        "scan_id": message.scan_id,
        "title": (message.title or message.name or "")[:200],
        "status": message.status,
        "start_ns": message.start_ns,
        "end_time": message.end_time and message.end_time.isoformat(),
        "host": source.host,
        "program": source.program,
        "door": source.door,
        "macro_id": message.macro_id,
        "proposal": message.proposal,
        "parts_expected": message.parts_expected,
        "open_files": sum(file.complete is None for file in message.files),
    }
