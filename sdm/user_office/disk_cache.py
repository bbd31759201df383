"""What a user office said last, on disk: for the days when it is away.

SQLite, mode 0600. It never holds what may not be told: titles and abstracts of closed types; what is
overwritten or forgotten is wiped from the file. It is only a copy, so a file that cannot be read is
begun anew.
"""

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from sdm.user_office.discretion import as_may_be_told
from sdm.user_office.protocol import Proposal

_LAYOUT = """
PRAGMA secure_delete = ON;
PRAGMA journal_mode = DELETE;
CREATE TABLE IF NOT EXISTS proposal (number TEXT PRIMARY KEY, told_at TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS listing (beamline TEXT PRIMARY KEY, told_at TEXT NOT NULL, numbers TEXT NOT NULL);
"""

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remembered:
    """A proposal, and when the office told of it."""

    proposal: Proposal
    told_at: datetime


@dataclass(frozen=True)
class RememberedList:
    """The proposals of a beamline, and when the office listed them."""

    proposals: list[Proposal]
    told_at: datetime


class DiskCache:
    """The copy of one PathFixer's user office. Methods may be called from any thread and never raise.

    Parameters
    ----------
    file
        Its folder must be there.
    closed_types
        The office's words for proposals whose titles nobody may read.
    keep
        What is older counts as unknown, and is removed.
    clock
        Returns the time, aware.
    """

    def __init__(
        self, file: Path, closed_types: Collection[str], keep: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._file = file
        self._closed_types = tuple(closed_types)
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()

    def remember(self, proposals: Iterable[Proposal], beamline: str | None = None) -> None:
        """Keep what the office has just told; ``beamline`` when this is all that it lists there."""
        now = self._clock()
        rows = [self._row(proposal, now) for proposal in proposals]

        def write(database: sqlite3.Connection) -> None:
            database.executemany("INSERT OR REPLACE INTO proposal VALUES (?, ?, ?)", rows)
            if beamline is not None:
                listing = (beamline, now.isoformat(), json.dumps([row[0] for row in rows]))
                database.execute("INSERT OR REPLACE INTO listing VALUES (?, ?, ?)", listing)
            oldest = (now - self._keep).isoformat()
            database.execute("DELETE FROM proposal WHERE told_at < ?", (oldest,))

        self._do(write, None)

    def forget(self, number: str) -> None:
        """Drop a proposal that the office does not know."""

        def write(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM proposal WHERE number = ?", (number,))

        self._do(write, None)

    def find(self, number: str) -> Remembered | None:
        """Return a proposal that was told not too long ago."""
        return self._do(lambda database: self._found(database, number), None)

    def listed(self, beamline: str) -> RememberedList | None:
        """Return the proposals that the office listed last for a beamline."""

        def read(database: sqlite3.Connection) -> RememberedList | None:
            query = "SELECT told_at, numbers FROM listing WHERE beamline = ?"
            row = database.execute(query, (beamline,)).fetchone()
            if row is None:
                return None
            found = [self._found(database, number) for number in json.loads(row[1])]
            return RememberedList([one.proposal for one in found if one], datetime.fromisoformat(row[0]))

        return self._do(read, None)

    def _row(self, proposal: Proposal, now: datetime) -> tuple[str, str, str]:
        discreet = as_may_be_told(proposal, self._closed_types)
        return discreet.number, now.isoformat(), discreet.model_dump_json()

    def _found(self, database: sqlite3.Connection, number: str) -> Remembered | None:
        query = "SELECT told_at, document FROM proposal WHERE number = ?"
        row = database.execute(query, (number,)).fetchone()
        if row is None:
            return None
        try:
            told_at, proposal = datetime.fromisoformat(row[0]), Proposal.model_validate_json(row[1])
        except (ValidationError, ValueError):
            log.warning("what is remembered of proposal %s cannot be read", number)
            return None
        return Remembered(proposal, told_at) if self._clock() - told_at <= self._keep else None

    def _do(self, act: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        with self._lock:
            try:
                return self._connected(act)
            except (OSError, sqlite3.OperationalError) as error:
                log.warning("%s: %s", self._file, error)
                return otherwise
            except (sqlite3.DatabaseError, ValueError) as error:
                log.warning("%s is begun anew: %s", self._file, error)
                self._file.unlink(missing_ok=True)
                return otherwise

    def _connected(self, act: Callable[[sqlite3.Connection], T]) -> T:
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(self._file)) as database:
            database.executescript(_LAYOUT)
            with database:
                return act(database)
