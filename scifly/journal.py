"""SciFly's own memory: which files it has seen, and how far each has come.

SQLite on the local disk, this process its only user (a second one is refused). Every step is
durable before the next begins; a group of files takes a step together, in one transaction. What
may be done twice after a crash is only the commit of a capture, and that has one pid.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from scifish.producer import PidParts
from scifish.spool.shared_file import make_shared_file
from scifly.errors import JournalError
from scifly.journal_rows import Beginning, FileRow, State

LAYOUT = 1
TABLES = """
CREATE TABLE IF NOT EXISTS beginning (id INTEGER PRIMARY KEY, seen_ns INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY,
    folder BLOB NOT NULL,
    path BLOB NOT NULL,
    profile TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode TEXT NOT NULL,
    first_mtime_ns INTEGER NOT NULL,
    seen_ns INTEGER NOT NULL,
    beginning INTEGER NOT NULL REFERENCES beginning(id),
    state TEXT NOT NULL,
    producer TEXT,
    start_ns INTEGER,
    nonce TEXT,
    pid TEXT,
    revision INTEGER NOT NULL DEFAULT 0,
    closed_ns INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    UNIQUE (folder, path)
);
CREATE INDEX IF NOT EXISTS file_beginning ON file (beginning);
CREATE TABLE IF NOT EXISTS folder (path BLOB PRIMARY KEY, session TEXT NOT NULL, known_ns INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
COLUMNS = (
    "folder, path, profile, size, mtime_ns, inode, first_mtime_ns, seen_ns, beginning, state, "
    "producer, start_ns, nonce, pid, revision, closed_ns, reason"
)


class Journal:
    """Made by ``open``; used by one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._last: tuple[str, Beginning | None] = ("", None)

    @classmethod
    def open(cls, path: Path) -> "Journal":
        """Open or make the journal.

        Raises
        ------
        JournalError
            It cannot be opened, another process has it, or a later version wrote it.
        """
        with contextlib.ExitStack() as undo:
            try:
                make_shared_file(path)
                database = sqlite3.connect(path, isolation_level=None, timeout=1.0, check_same_thread=False)
                undo.callback(database.close)
                _prepare(database, path)
            except (OSError, sqlite3.Error) as error:
                raise JournalError(f"{path}: {error}; does another SciFly run with this journal?") from None
            undo.pop_all()
        return cls(database)

    def close(self) -> None:
        """Close the file, and with it the lock."""
        self._database.close()

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        """Everything inside becomes durable together, or not at all.

        Raises
        ------
        JournalError
            The disk does not take it; nothing was changed.
        """
        try:
            with contextlib.ExitStack() as undo:
                self._database.execute("BEGIN IMMEDIATE")
                undo.callback(self._roll_back)
                yield
                self._database.execute("COMMIT")
                undo.pop_all()
        except sqlite3.Error as error:
            raise JournalError(f"the journal cannot be written: {error}; free space now") from None

    def add_beginning(self, beginning: Beginning, seen_ns: int) -> int:
        """Keep what is known now, and return its number."""
        row = (seen_ns, beginning.model_dump_json())
        found = self._database.execute("INSERT INTO beginning (seen_ns, body) VALUES (?, ?)", row)
        return int(found.lastrowid or 0)

    def beginning(self, number: int) -> Beginning:
        """Return what was known then; a burst of files shares it, and nobody changes it."""
        found = self._database.execute("SELECT body FROM beginning WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise JournalError(f"the journal has lost beginning {number}: move it away and start again")
        text, last = self._last
        if last is None or text != found[0]:
            last = Beginning.model_validate_json(found[0])
            self._last = (found[0], last)
        return last

    def shorten_beginnings(self, before_ns: int) -> None:
        """Forget the values of old beginnings whose files are all done; contexts stay."""
        query = """UPDATE beginning SET body = json_set(body, '$.values', json('{}'),
                   '$.failures', json('[]')) WHERE seen_ns < ? AND id NOT IN
                   (SELECT beginning FROM file WHERE state NOT IN ('closed', 'left'))"""
        self._database.execute(query, (before_ns,))

    def save(self, rows: Iterable[FileRow]) -> None:
        """Write files as they stand; a new one gets its number."""
        for row in rows:
            row.id = row.id or self._insert(row)
            self._update(row)

    def remove(self, rows: Iterable[FileRow]) -> None:
        """Forget files."""
        self._database.executemany("DELETE FROM file WHERE id = ?", [(row.id,) for row in rows])

    def files(self, folder: str) -> list[FileRow]:
        """Return the files of a folder."""
        query = f"SELECT id, {COLUMNS} FROM file WHERE folder = ?"  # noqa: S608 - a constant
        return [_row(found) for found in self._database.execute(query, (os.fsencode(folder),))]

    def keep_folder(self, folder: str, session: str, known_ns: int) -> None:
        """Note whose folder it is (session as JSON) and when that was last known."""
        self._database.execute(
            "INSERT OR REPLACE INTO folder VALUES (?, ?, ?)", (os.fsencode(folder), session, known_ns)
        )

    def folders(self, since_ns: int) -> list[tuple[str, str, int]]:
        """Return folders with session and time, watched since then or with files that are not done."""
        query = """SELECT path, session, known_ns FROM folder WHERE known_ns >= ? OR path IN
                   (SELECT folder FROM file WHERE state IN ('seen', 'settled', 'named'))"""
        found = self._database.execute(query, (since_ns,))
        return [(os.fsdecode(path), session, known_ns) for path, session, known_ns in found]

    def setting(self, name: str, default: str) -> str:
        """Return what was set by ``set``."""
        found = self._database.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self._database.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def count(self, state: State) -> int:
        """Return the number of files in a state, in all folders."""
        found = self._database.execute("SELECT count(*) FROM file WHERE state = ?", (state.value,))
        return int(found.fetchone()[0])

    def _insert(self, row: FileRow) -> int:
        marks = ", ".join("?" * len(_values(row)))
        query = f"INSERT OR REPLACE INTO file ({COLUMNS}) VALUES ({marks})"  # noqa: S608 - constants
        return int(self._database.execute(query, _values(row)).lastrowid or 0)

    def _update(self, row: FileRow) -> None:
        marks = ", ".join("?" * len(_values(row)))
        query = f"UPDATE file SET ({COLUMNS}) = ({marks}) WHERE id = ?"  # noqa: S608 - constants
        self._database.execute(query, (*_values(row), row.id))

    def _roll_back(self) -> None:
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    (layout,) = database.execute("PRAGMA user_version").fetchone()
    if layout > LAYOUT:
        raise JournalError(f"{path} was written by a later version ({layout}): upgrade this one")
    database.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")


def _values(row: FileRow) -> tuple[object, ...]:
    parts = (row.parts.producer, row.parts.start_ns, row.parts.nonce) if row.parts else (None, None, None)
    return (
        os.fsencode(row.folder),
        os.fsencode(row.path),
        row.profile,
        row.size,
        row.mtime_ns,
        str(row.inode),
        row.first_mtime_ns,
        row.seen_ns,
        row.beginning,
        row.state.value,
        *parts,
        row.pid,
        row.revision,
        row.closed_ns,
        row.reason,
    )


def _row(found: tuple) -> FileRow:
    number, folder, path, profile, size, mtime_ns, inode, first, seen, beginning, state, *rest = found
    producer, start_ns, nonce, pid, revision, closed_ns, reason = rest
    return FileRow(
        folder=os.fsdecode(folder),
        path=PurePosixPath(os.fsdecode(path)),
        profile=profile,
        size=size,
        mtime_ns=mtime_ns,
        inode=int(inode),
        first_mtime_ns=first,
        seen_ns=seen,
        beginning=beginning,
        state=State(state),
        id=number,
        parts=PidParts(producer, start_ns, nonce) if nonce else None,
        pid=pid,
        revision=revision,
        closed_ns=closed_ns,
        reason=reason,
    )
