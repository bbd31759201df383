"""The tables of ``forwarder.db``: what the forwarder knows about the rows of all spools.

It can be rebuilt from the spools and the receipts topic; then rows are sent twice, never lost.
"""

import sqlite3
from pathlib import Path

from scifish.spool.shared_file import make_shared_file

LAYOUT = 2
"""``PRAGMA user_version``; rises with every added column or table."""

TABLES = """
CREATE TABLE IF NOT EXISTS spool (
    uuid TEXT PRIMARY KEY,
    noted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    spool TEXT NOT NULL,
    row INTEGER NOT NULL,
    pid TEXT NOT NULL,
    phase TEXT NOT NULL,
    author TEXT NOT NULL,
    part TEXT NOT NULL,
    rank INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    committed_s REAL NOT NULL,
    summary TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    acknowledged_ms INTEGER,
    resend_ms INTEGER,
    UNIQUE (spool, row)
);
CREATE INDEX IF NOT EXISTS message_of_pid ON message (pid);
CREATE INDEX IF NOT EXISTS message_pending ON message (seq, not_before_ms, committed_s)
    WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS message_sending ON message (committed_s) WHERE state = 'sending';
CREATE INDEX IF NOT EXISTS message_due ON message (resend_ms) WHERE resend_ms IS NOT NULL;
CREATE TABLE IF NOT EXISTS capture (
    pid TEXT PRIMARY KEY,
    begun_in TEXT,
    open INTEGER NOT NULL,
    door TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    start_ns INTEGER NOT NULL,
    committed_s REAL NOT NULL,
    final_ms INTEGER,
    listed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS capture_open ON capture (begun_in) WHERE open = 1;
CREATE INDEX IF NOT EXISTS capture_state ON capture (state, committed_s);
CREATE INDEX IF NOT EXISTS capture_start ON capture (start_ns);
CREATE INDEX IF NOT EXISTS capture_final ON capture (final_ms) WHERE final_ms IS NOT NULL AND listed = 0;
CREATE TABLE IF NOT EXISTS receipt (
    pid TEXT NOT NULL,
    author TEXT NOT NULL,
    phase TEXT NOT NULL,
    part TEXT NOT NULL,
    sink TEXT NOT NULL,
    rank INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    sinks TEXT NOT NULL,
    at TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (pid, author, phase, part, sink)
);
CREATE TABLE IF NOT EXISTS removable (
    spool TEXT NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (spool, row)
);
CREATE TABLE IF NOT EXISTS unreadable (
    spool TEXT NOT NULL,
    row INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (spool, row)
);
CREATE TABLE IF NOT EXISTS consumer (
    sink TEXT PRIMARY KEY,
    heard_ms INTEGER,
    shown_ms INTEGER,
    alive_from_ms INTEGER
);
CREATE TABLE IF NOT EXISTS fact (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
# message.state: pending, sending (handed to the Kafka client), sent (acknowledged), skipped (a newer
# revision went instead), unreadable. not_before_ms is this process's monotonic clock, acknowledged_ms
# and resend_ms are broker time. capture.listed: its rows stand in table removable.
# consumer.heard_ms is broker time where there is any; shown_ms and alive_from_ms are for people.


def open_ledger(path: Path) -> sqlite3.Connection:
    """Open or make the forwarder's database; what was on its way when a process died is pending again.

    Raises
    ------
    sqlite3.Error
        The file is damaged or not writable.
    """
    make_shared_file(path)
    database = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode = WAL")
    # Not FULL: what a loss of power takes back is one consistent step, and is sent again.
    database.execute("PRAGMA synchronous = NORMAL")
    (found,) = database.execute("PRAGMA user_version").fetchone()
    # After a roll-back the file stays one of the later layout, which the next upgrade must find.
    database.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {max(LAYOUT, found)}; COMMIT;")
    database.execute("UPDATE message SET state = 'pending' WHERE state = 'sending'")
    database.execute("UPDATE message SET not_before_ms = 0 WHERE not_before_ms > 0")
    return database
