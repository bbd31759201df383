"""The one thread that touches a spool's database."""

import contextlib
import itertools
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from scifish import faultpoints
from scifish.bell import Bell
from scifish.errors import SpoolClosedError, SpoolError
from scifish.spool.layout import BODY, INSERT
from scifish.spool.producer_lock import ProducerLock
from scifish.spool.pruning import remove_finished
from scifish.spool.reserve import give_up_reserve, make_reserve
from scifish.state_folder import StateFolder

IDLE_PERIOD_S = 10.0
"""The owner shows a sign of life, and looks for its reserve, this often."""
PRUNE_PERIOD_S = 3600.0
CHECKPOINT_BYTES = 1024 * 1024
"""So much of the write-ahead log is moved into the database as soon as nobody commits for a moment …"""
CHECKPOINT_AT_ONCE_BYTES = 16 * CHECKPOINT_BYTES
"""… and so much although somebody may wait for it: the log must not grow for ever."""
QUIET_S = 0.005

FULL = "the disk of the state folder {} is full: captures are kept on the reserve; free space now"

Row = tuple[Any, ...]


@dataclass
class _Request:
    """Rows to insert together, and the answer to their caller; None means: stop."""

    rows: list[Row] | None
    answered: Bell = field(default_factory=Bell)
    error: str | None = None


class SpoolThread:
    """Owns the connection; callers wait for their commit, maintenance waits for callers.

    Parameters
    ----------
    database
        The only writing connection, of a database without rows; handed over to the thread.
    name
        Uuid of the spool.
    folder
        State folder: reserve, and what the forwarder says of finished rows.
    lock
        The owner's lock file, which gets the signs of life.
    prune_period_s
        How often rows that the catalogue has are removed.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        name: str,
        folder: StateFolder,
        lock: ProducerLock,
        prune_period_s: float,
    ) -> None:
        self.trouble: str | None = None
        self._database, self._name, self._folder, self._lock = database, name, folder, lock
        self._prune_period_s = prune_period_s
        self._requests: SimpleQueue[_Request] = SimpleQueue()
        self._stopped = threading.Event()
        self._numbers = itertools.count(1)
        self._unmoved_bytes = 0
        threading.Thread(target=self._run, name="scifish-spool", daemon=True).start()

    def commit(self, rows: list[Row], limit_s: float) -> None:
        """Insert all rows or none and wait until they are durable; raises SpoolError."""
        request = self._ask(rows)
        if not request.answered.wait(limit_s):
            raise SpoolError(
                f"the disk of {self._folder.path} has not answered for {limit_s:g} s: not yet kept"
            )
        if request.error:
            raise SpoolError(request.error)

    def commit_soon(self, rows: list[Row]) -> None:
        """Insert all rows or none, after what was asked before; waits for nothing, raises SpoolError."""
        self._ask(rows)

    def stop(self, limit_s: float) -> bool:
        """Finish what was asked before, close the database; tell whether that came to its end in time."""
        request = _Request(None)
        self._requests.put(request)
        return self._stopped.wait(limit_s)

    def _ask(self, rows: list[Row]) -> _Request:
        if self._stopped.is_set():
            raise SpoolClosedError(f"spool {self._name} is closed")
        request = _Request(rows)
        self._requests.put(request)
        return request

    def _run(self) -> None:
        self._seen_alive = self._pruned = time.monotonic()
        while True:
            try:
                request = self._requests.get(timeout=self._patience_s())
            except Empty:
                self._maintain(CHECKPOINT_BYTES)
                continue
            if request.rows is None:
                break
            request.error = self._insert(request.rows)
            request.answered.ring()
            if self._requests.empty():
                self._maintain(CHECKPOINT_AT_ONCE_BYTES)
        self._database.close()
        self._stopped.set()

    def _patience_s(self) -> float:
        if self._unmoved_bytes >= CHECKPOINT_BYTES:
            return QUIET_S
        return min(IDLE_PERIOD_S, self._prune_period_s)

    def _insert(self, rows: list[Row]) -> str | None:
        """Insert durably, if need be on the reserve; return what went wrong, for people."""
        faultpoints.reached("spool.before-commit")
        size = sum(len(row[BODY]) for row in rows)
        while True:
            try:
                self._write(rows)
                break
            except sqlite3.Error as error:
                if not give_up_reserve(self._folder.reserve, size):
                    return self._failed(error)
                self.trouble = FULL.format(self._folder.path)
        faultpoints.reached("spool.committed")
        self._unmoved_bytes += size
        return None

    def _write(self, rows: list[Row]) -> None:
        # Counted on before it is tried: what became of a failed commit is not always known.
        numbered = [(next(self._numbers), *row) for row in rows]
        if len(numbered) == 1:
            # In autocommit mode one statement is one transaction: begun, synced and ended, or nothing.
            self._database.execute(INSERT, numbered[0])
            return
        with contextlib.ExitStack() as undo:
            self._database.execute("BEGIN IMMEDIATE")
            undo.callback(self._roll_back)
            self._database.executemany(INSERT, numbered)
            self._database.execute("COMMIT")
            undo.pop_all()

    def _roll_back(self) -> None:
        # A full disk may have rolled back by itself.
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")

    def _failed(self, error: sqlite3.Error) -> str:
        self.trouble = f"a capture could not be kept in {self._folder.spools}: {error}; free space now"
        return self.trouble

    def _maintain(self, unmoved_bytes: int) -> None:
        """Do, while no caller waits, what is due; a check point from so many bytes on."""
        now = time.monotonic()
        try:
            if self._unmoved_bytes >= unmoved_bytes:
                self._unmoved_bytes = 0
                self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            if now - self._seen_alive >= IDLE_PERIOD_S:
                self._seen_alive = now
                self._lock.sign_of_life()
                self._look_for_reserve()
            if now - self._pruned >= self._prune_period_s:
                self._pruned = now
                remove_finished(self._database, self._name, self._folder.forwarder_db, self._is_waited_for)
        except (OSError, sqlite3.Error):
            return  # nothing here is needed for a capture; what is due comes up again

    def _is_waited_for(self) -> bool:
        return not self._requests.empty()

    def _look_for_reserve(self) -> None:
        if make_reserve(self._folder.reserve):
            self.trouble = None
