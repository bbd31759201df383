"""Spool files as other versions of this software, or a failing disk, leave them in a state folder."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from scifish.identifiers import make_pid
from scifish.message_parts import Source
from scifish.messages import CaptureMessage
from scifish.spool.layout import INSERT, row_of
from scifish.state_folder import StateFolder

FIRST_LAYOUT = """
PRAGMA journal_mode = WAL;
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, pid TEXT NOT NULL, phase TEXT NOT NULL, author TEXT NOT NULL,
    part TEXT NOT NULL DEFAULT '', rank INTEGER NOT NULL, revision INTEGER NOT NULL,
    committed_s REAL NOT NULL DEFAULT 0, summary TEXT NOT NULL DEFAULT '{}',
    checksum INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE info (key TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = 1;
"""
"""Layout 1, word for word as it was released; never changed."""
LATER = """
ALTER TABLE message ADD COLUMN urgency INTEGER NOT NULL DEFAULT 7;
ALTER TABLE message ADD COLUMN note TEXT;
CREATE TABLE attachment (message INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX message_urgency ON message (urgency);
PRAGMA user_version = 99;
"""
"""What some later version may add: columns with a default, tables, indices."""


def ended(number: int, **fields: object) -> CaptureMessage:
    """Return phase ``ended`` of a capture of beamline ``demo``, booked on nobody."""
    producer, start_ns, nonce = str(uuid4()), 1_790_000_000_000_000_000 + number, f"{number:016x}"
    pid = make_pid("20.500.99999", "demo", "demo", "vm", producer, start_ns, nonce)
    identity = {"pid": pid, "facility": "demo", "producer": producer, "start_ns": start_ns, "nonce": nonce}
    act = {"status": "completed", "end_time": "2026-03-01T12:00:10Z", "title": f"scan {number}"}
    source = Source(program="sardana", host="vm")
    known = {"phase": "ended", "author": "sardana@vm", "rank": 2, "revision": 1, "beamline": "demo"}
    return CaptureMessage.model_validate({**identity, **known, **act, "source": source, **fields})


def write_spool(folder: StateFolder, messages: Sequence[CaptureMessage], layout: str = FIRST_LAYOUT) -> Path:
    """Leave the spool of a producer that is gone in a state folder."""
    unfinished = folder.path / f"spool-{uuid4()}"
    database = sqlite3.connect(unfinished, isolation_level=None)
    database.executescript(layout)
    rows = (row_of(message, message.to_bytes(), 1_790_000_000) for message in messages)
    database.executemany(INSERT, [(number, *row) for number, row in enumerate(rows, 1)])
    database.close()  # the last one to close it moves everything out of the write-ahead log
    path = folder.spools / f"{uuid4()}.db"
    return unfinished.rename(path)


def damage(path: Path, share: float = 0.5, length: int = 20_000) -> None:
    """Overwrite some of a file's bytes, from a share of its length on, as a failing disk does."""
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * share))
        file.write(b"\xa5" * length)
