"""What a PathFixer remembers: the open session, all sessions before it, and the samples' codes.

SQLite with ``synchronous=FULL``: what was told to a client survives a power cut. The history is
only ever added to; its newest row is the session.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from pathfixer.errors import StoreError
from scifish.errors import MessageError
from scifish.session import Session, parse_session
from sdm.folder_identity import Identities, Identity

LAYOUT = 2
"""Number of the tables' layout; columns are only ever added."""

_TABLES = """
CREATE TABLE IF NOT EXISTS session (
    revision INTEGER PRIMARY KEY, at TEXT NOT NULL, client TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS wish (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1), sample TEXT NOT NULL, client TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS known_folder (
    path TEXT PRIMARY KEY, device INTEGER NOT NULL, inode INTEGER NOT NULL, uid INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settled (macro_server TEXT PRIMARY KEY, scan_dir TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sample_code (
    proposal TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL,
    PRIMARY KEY (proposal, name), UNIQUE (proposal, code));
"""


class Step(BaseModel):
    """One row of the history; ``client`` is who claims to have asked: host and process id."""

    at: str
    client: str
    session: Session


class Wish(BaseModel):
    """A sample that was asked for and whose folder is not there yet."""

    sample: str
    client: str


class Store:
    """The database of one PathFixer; no second process may have it.

    Methods may be called from any thread.
    """

    def __init__(self, database: sqlite3.Connection, lock_file: IO[bytes]) -> None:
        self._database = database
        self._lock_file = lock_file
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """Open, or make, the store in a folder (mode 0700).

        Raises
        ------
        StoreError
            The folder cannot be written, another process has the store, or its layout is newer.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock_file = _locked(folder / "lock")
        except OSError as error:
            raise _unusable(folder, error) from None
        try:
            return cls(_database(folder / "sessions.db"), lock_file)
        except (OSError, sqlite3.Error) as error:
            lock_file.close()
            raise _unusable(folder, error) from None
        except StoreError:
            lock_file.close()
            raise

    def last(self) -> Session | None:
        """Return the newest session, open or closed; none when there never was one."""
        steps = self.history(1)
        return steps[0].session if steps else None

    def history(self, limit: int) -> list[Step]:
        """Return the newest steps, newest first; raises StoreError for a damaged row."""
        rows = self._all("SELECT at, client, document FROM session ORDER BY revision DESC LIMIT ?", limit)
        try:
            return [Step(at=at, client=client, session=parse_session(text)) for at, client, text in rows]
        except MessageError as error:
            raise StoreError(f"the history cannot be read: {error}; move sessions.db away, keep it") from None

    def commit(self, step: Step, folders: Identities, fulfilled: Wish | None = None) -> None:
        """Make a session the newest, with its folders.

        The wish that it fulfils is forgotten, or any wish when another session begins.
        """
        with self._transaction() as database:
            database.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?)",
                (step.session.revision, step.at, step.client, step.session.model_dump_json(by_alias=True)),
            )
            done = None if fulfilled is None else fulfilled.sample
            database.execute("DELETE FROM wish WHERE ?1 IS NULL OR sample = ?1", (done,))
            self._remember(database, folders)

    def folders(self) -> Identities:
        """Return every folder that a session ever had, as it was when that was committed."""
        rows = self._all("SELECT path, device, inode, uid FROM known_folder")
        return {path: Identity(int(device), int(inode), int(uid)) for path, device, inode, uid in rows}

    def learn_folders(self, visit_folder: str, folders: Identities) -> None:
        """Take a visit's folders, and those above it, as they are now; forget what lay below it."""
        with self._transaction() as database:
            database.execute(
                "DELETE FROM known_folder WHERE substr(path, 1, length(?1) + 1) = ?1 || '/'", (visit_folder,)
            )
            self._remember(database, folders)

    @staticmethod
    def _remember(database: sqlite3.Connection, folders: Identities) -> None:
        rows = [(path, *identity) for path, identity in folders.items()]
        database.executemany("INSERT OR REPLACE INTO known_folder VALUES (?, ?, ?, ?)", rows)

    def wish(self) -> Wish | None:
        """Return the sample whose folder is not there yet."""
        rows = self._all("SELECT sample, client FROM wish")
        return Wish(sample=rows[0][0], client=rows[0][1]) if rows else None

    def set_wish(self, wish: Wish) -> None:
        """Remember a sample whose folder is yet to be made."""
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO wish VALUES (1, ?, ?)", (wish.sample, wish.client))

    def drop_wish(self, wish: Wish) -> None:
        """Forget a wish that cannot be fulfilled, unless another one came since."""
        with self._transaction() as database:
            database.execute("DELETE FROM wish WHERE sample = ?", (wish.sample,))

    def settled(self, macro_server: str) -> str | None:
        """Return the ScanDir that was last written to a MacroServer and read back."""
        rows = self._all("SELECT scan_dir FROM settled WHERE macro_server = ?", macro_server.lower())
        return rows[0][0] if rows else None

    def set_settled(self, macro_server: str, scan_dir: str) -> None:
        """Remember what was written to a MacroServer and read back."""
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO settled VALUES (?, ?)", (macro_server.lower(), scan_dir))

    def sample_code(self, proposal: str, name: str) -> str:
        """Return the code (``s01`` …) of a sample's name, the same one every time.

        A code that was given before stands for itself, so what is read may be written again.
        """
        with self._transaction() as database:
            known = dict(
                database.execute(
                    "SELECT name, code FROM sample_code WHERE proposal = ?", (proposal,)
                ).fetchall()
            )
            if name in known.values():
                return name
            if name not in known:
                known[name] = f"s{len(known) + 1:02d}"
                database.execute("INSERT INTO sample_code VALUES (?, ?, ?)", (proposal, name, known[name]))
            return str(known[name])

    def close(self) -> None:
        """Give the store up."""
        with self._lock:
            self._database.close()
            self._lock_file.close()

    def _all(self, query: str, *values: object) -> list[tuple[str, ...]]:
        with self._lock:
            try:
                return self._database.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"the store cannot be read: {error}") from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                with self._database:
                    yield self._database
            except sqlite3.Error as error:
                raise StoreError(f"the store cannot be written: {error}; is the disk full?") from None


def _unusable(folder: Path, error: Exception) -> StoreError:
    return StoreError(
        f"StateDirectory {folder} cannot be used by uid {os.geteuid()}: {error}; "
        f"make it on a local disk, owned by this account, mode 0700"
    )


def _locked(path: Path) -> IO[bytes]:
    lock_file = path.open("wb")
    try:
        fcntl.lockf(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock_file.close()
        raise StoreError(
            f"{path.parent} is in use by another process: stop it, or name another folder"
        ) from None
    return lock_file


def _database(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        path.chmod(0o600)
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > LAYOUT:
        raise StoreError(f"sessions.db has layout {found}, this version knows {LAYOUT}: update scizoo")
    database.executescript(_TABLES)
    database.execute(f"PRAGMA user_version={LAYOUT}")
