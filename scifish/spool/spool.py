"""The spool: where a capture is safe, whatever dies next.

Each producer process writes a database of its own, so no other process can hold up a commit. The
spool is the record and Kafka only carries it: a row stays until the catalogue has answered.
"""

import os
import sqlite3
import time
import uuid
from collections.abc import Sequence

from scifish.errors import SpoolError
from scifish.messages import MAX_BYTES, CaptureMessage
from scifish.spool.layout import create_database, row_of
from scifish.spool.producer_lock import ProducerLock, create_lock
from scifish.spool.reserve import give_up_reserve, make_reserve
from scifish.spool.size_limit import fit
from scifish.spool.thread import PRUNE_PERIOD_S, Row, SpoolThread
from scifish.state_folder import StateFolder, host_name

COMMIT_LIMIT_S = 2.0
"""How long a caller waits for the disk at most; a healthy commit takes 0.3 ms."""

NEW_SPOOL_BYTES = 64 * 1024
"""A database without rows, its helper files and its lock."""


class Spool:
    """Sole writer of one database; made by ``open``, usable from any thread of its process.

    Attributes
    ----------
    uuid
        Of this process life: the ``producer`` of its messages.
    author
        ``<role>@<host>``.
    """

    def __init__(self, name: str, author: str, lock: ProducerLock, thread: SpoolThread) -> None:
        self.uuid, self.author = name, author
        self._lock, self._thread = lock, thread
        self._process = os.getpid()

    @classmethod
    def open(cls, folder: StateFolder, role: str, prune_period_s: float = PRUNE_PERIOD_S) -> "Spool":
        """Make lock file and database of this process life.

        Parameters
        ----------
        folder
            State folder of the capture host.
        role
            ``sardana``, ``scifly`` or ``scifish``.
        prune_period_s
            How often rows that the catalogue has had for long enough are removed.

        Raises
        ------
        SettingsError
            The state folder cannot be used.
        SpoolError
            Lock file or database cannot be made, e.g. because the disk is full.
        """
        folder.prepare()
        make_reserve(folder.reserve)
        while True:
            try:
                return cls._open(folder, role, prune_period_s)
            except (OSError, sqlite3.Error) as error:
                if not give_up_reserve(folder.reserve, NEW_SPOOL_BYTES):
                    raise SpoolError(f"no spool can be made in {folder.spools}: {error}") from None

    @classmethod
    def _open(cls, folder: StateFolder, role: str, prune_period_s: float) -> "Spool":
        name, host = str(uuid.uuid4()), host_name()
        lock = create_lock(folder.producers / f"{name}.lock")
        path = folder.spools / f"{name}.db"
        try:
            database = create_database(path, {"role": role, "host": host, "process": str(os.getpid())})
        except (OSError, sqlite3.Error):
            path.unlink(missing_ok=True)
            lock.release(remove=True)
            raise
        thread = SpoolThread(database, name, folder, lock, prune_period_s)
        return cls(name, f"{role}@{host}", lock, thread)

    @property
    def trouble(self) -> str | None:
        """What the operator must be told now although commits succeed; None when all is well."""
        return self._thread.trouble

    def commit(self, *messages: CaptureMessage, hold_s: float = 0.0) -> None:
        """Keep one message, or several all together: durable when this returns.

        A message above 900 kB is reduced, and each reduction noted in its ``failures``.

        Parameters
        ----------
        *messages
            In their order.
        hold_s
            A newer revision of the first follows within this time, s: the forwarder waits for it,
            so that the catalogue does not take the first for the whole.

        Raises
        ------
        SpoolError
            Nothing is, or not yet, on the disk; the text says why. The next commit may succeed.
        """
        self._thread.commit(self._rows(messages, hold_s), COMMIT_LIMIT_S)

    def commit_soon(self, *messages: CaptureMessage) -> None:
        """Keep messages without waiting for the disk, in the order of all commits.

        For what replaces something durable: a crash at once costs no more than the difference. What
        goes wrong on the disk is told by ``trouble``.

        Raises
        ------
        SpoolError
            The spool is closed, or belongs to another process.
        """
        self._thread.commit_soon(self._rows(messages))

    def _rows(self, messages: Sequence[CaptureMessage], hold_s: float = 0.0) -> list[Row]:
        if os.getpid() != self._process:
            raise SpoolError("this is a forked child of the process that owns the spool: it cannot commit")
        now = time.time()
        holds = (hold_s, *(0.0 for _ in messages[1:]))
        return [
            row_of(message, fit(message, MAX_BYTES), now, hold)
            for message, hold in zip(messages, holds, strict=True)
        ]

    def close(self) -> None:
        """Close the database and give the lock back; waits at most 2 s for the disk."""
        if self._thread.stop(COMMIT_LIMIT_S):
            self._lock.release()
