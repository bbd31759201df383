"""A SQLite file in the state directory that one process has for itself.

``synchronous=FULL``: what was committed survives a power cut.
"""

import fcntl
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pathfixer.errors import StoreError
from scifish.state_folder import NETWORK_FILE_SYSTEMS, file_system_of

PRIVATE = 0o700
"""Mode of the folder: codes of proprietary samples stand beside their names there."""


class StateDatabase:
    """The database of one PathFixer. Methods may be called from any thread, and raise StoreError."""

    def __init__(self, database: sqlite3.Connection, lock_file: IO[bytes]) -> None:
        self._database = database
        self._lock_file = lock_file
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: Path,
        name: str,
        layouts: Sequence[str],
        file_system: Callable[[Path], str] = file_system_of,
    ) -> "StateDatabase":
        """Open, or make, a database in a folder, which is nobody else's to read (mode 0700).

        Parameters
        ----------
        layouts
            SQL; the n-th text brings layout n-1 to n, and never changes once released.
        file_system
            Returns the type of the file system that holds a path.

        Raises
        ------
        StoreError
            The folder cannot be written, lies on a server, another device or process has it, or
            the layout is newer.
        """
        try:
            _prepare_folder(folder, file_system)
            lock_file = _locked(folder / "lock")
        except OSError as error:
            raise _unusable(folder, error) from None
        try:
            return cls(_database(folder / name, layouts), lock_file)
        except (OSError, sqlite3.Error) as error:
            lock_file.close()
            raise _unusable(folder, error) from None
        except StoreError:
            lock_file.close()
            raise

    def rows(self, query: str, *values: object) -> list[tuple[str, ...]]:
        """Return what a query finds."""
        with self._lock:
            try:
                return self._database.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"the store cannot be read: {error}") from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do several things or none; on the disk when it is left."""
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                with self._database:
                    yield self._database
            except sqlite3.Error as error:
                raise StoreError(f"the store cannot be written: {error}; is the disk full?") from None

    def close(self) -> None:
        """Give it up."""
        with self._lock:
            self._database.close()
            self._lock_file.close()


def _unusable(folder: Path, error: Exception) -> StoreError:
    return StoreError(
        f"StateDirectory {folder} cannot be used by uid {os.geteuid()}: {error}; "
        f"make it on a local disk, owned by this account, mode 0700"
    )


def _prepare_folder(folder: Path, file_system: Callable[[Path], str]) -> None:
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) != PRIVATE:
        folder.chmod(PRIVATE)
    kind = file_system(folder)
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(f"StateDirectory {folder} lies on {kind}: name a folder on a local disk")


def _locked(path: Path) -> IO[bytes]:
    """Lock a file for this very opening of it: two devices of one process keep each other out too."""
    lock_file = path.open("wb")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock_file.close()
        raise StoreError(
            f"{path.parent} is in use by another process or device: stop it, or name another folder"
        ) from None
    return lock_file


def _database(path: Path, layouts: Sequence[str]) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        path.chmod(0o600)
        _prepare(database, path.name, layouts)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, name: str, layouts: Sequence[str]) -> None:
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > len(layouts):
        raise StoreError(f"{name} has layout {found}, this version knows {len(layouts)}: update scizoo")
    for number, change in enumerate(layouts[found:], found + 1):
        database.executescript(f"BEGIN; {change}; PRAGMA user_version={number}; COMMIT;")
