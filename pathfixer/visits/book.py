"""The visits that were ever opened here, and all that happened to them: on the disk, only added to.

Beside them those that other PathFixers have made, as they stand on the storage; see ``sheets``.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from pathfixer.errors import RefusedError, StoreError
from pathfixer.state_database import StateDatabase
from pathfixer.store import Write
from pathfixer.visits.known import KnownVisit, after
from pathfixer.visits.record import VisitRecord
from sdm.visits import Kept

Row = tuple[str | None, ...]


class Span(NamedTuple):
    """When a visit is; ``told_at`` is when the schedule was told, none when that is not known."""

    starts_at: datetime
    ends_at: datetime | None
    told_at: datetime | None


class VisitBook:
    """The book of one PathFixer, in the database of its store.

    Methods may be called from any thread; asking never touches the disk.

    Parameters
    ----------
    database
        Where it is kept.
    clock
        Returns the time, aware.
    """

    def __init__(self, database: StateDatabase, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._writing, self._lock = threading.Lock(), threading.Lock()
        """The first one is held while the disk is slow; who only asks waits for the second one at most."""
        self._visits: dict[str, KnownVisit] = {}
        self._in_order: list[KnownVisit] | None = None
        self._newest: dict[str, VisitRecord] = {}
        self._keys: set[tuple[object, ...]] = set()
        self._spans = self._read_spans()
        for record in self.records():
            self._take(record)

    def visits(self) -> list[KnownVisit]:
        """Return every visit that was opened here, the newest first."""
        return [visit for visit in self.all_visits() if not visit.elsewhere]

    def all_visits(self) -> list[KnownVisit]:
        """Return also those that are known from their folders only."""
        with self._lock:
            if self._in_order is None:
                self._in_order = sorted(
                    self._visits.values(), key=lambda visit: visit.starts_at, reverse=True
                )
            return list(self._in_order)

    def find(self, text: str) -> KnownVisit:
        """Return a visit by its folder or as ``<proposal>/<visit>``; raises RefusedError."""
        wanted, visits = text.rstrip("/"), self.all_visits()
        found = [visit for visit in visits if wanted in (visit.path, visit.name)]
        if len(found) != 1:
            known = ", ".join(visit.name for visit in visits[:5]) or "none yet"
            raise RefusedError(f"visit {text!r} is not known here (the newest: {known}): give its folder")
        return found[0]

    def get(self, path: str) -> KnownVisit | None:
        """Return a visit by its folder, none when it is not known."""
        return self._visits.get(path)

    def of_path(self, path: str) -> KnownVisit | None:
        """Return the visit that a folder lies in, none when it lies in none that is known."""
        with self._lock:
            return next((self._visits[one] for one in _upwards(path) if one in self._visits), None)

    def kept(self, proposal: str) -> list[Kept]:
        """Return the visits of a proposal whose folders exist; they keep their names."""
        now = self._clock()
        return [visit.kept(now) for visit in self.all_visits() if visit.place.proposal == proposal]

    def require_open(self, path: str) -> None:
        """Raise RefusedError when a visit is closed."""
        with self._lock:
            visit = self._visits.get(path)
        if visit is not None and not visit.takes_data:
            raise RefusedError(
                f"visit {visit.name} is {visit.state} since {visit.since:%Y-%m-%d %H:%M} UTC: staff open it "
                f"again with: scizoo visit reopen {visit.name} --reason …"
            )

    @contextmanager
    def opening(self, record: VisitRecord) -> Iterator[Write]:
        """Yield what writes a visit's first opening, of later ones the times; it is known afterwards.

        Of a visit that another PathFixer has made, its newest record becomes the first one here. What
        fails inside leaves the book as it was, as far as the transaction that is written into does.
        """
        visit = self.get(record.path)
        first = (self.newest(record.path) or record) if visit is None or visit.elsewhere else None
        span = Span(record.starts_at, record.ends_at, record.at)

        def write(database: sqlite3.Connection) -> None:
            if first:
                database.execute(_ADD_RECORD, _record_row(first))
            database.execute(_SET_SPAN, _span_row(record.path, span))

        yield write
        with self._lock:
            self._spans[record.path] = span
            if first:
                self._take(first)
            self._put(self._visits[record.path])

    def set_span(self, path: str, span: Span) -> bool:
        """Renew the times of a visit, but not when what is known was told later; raises StoreError."""
        with self._writing:
            before = self._spans.get(path)
            if before and before.told_at and span.told_at and span.told_at <= before.told_at:
                return False
            self._write(_SET_SPAN, _span_row(path, span))
            with self._lock:
                self._spans[path] = span
                self._put(self._visits[path])
            return True

    def add(self, record: VisitRecord) -> KnownVisit:
        """Write a record and return the visit after it; raises StoreError, and then nothing has changed."""
        with self._writing:
            if (record.path, *record.key) not in self._keys:
                self._write(_ADD_RECORD, _record_row(record))
                with self._lock:
                    self._take(record)
            return self._visits[record.path]

    def has(self, record: VisitRecord) -> bool:
        """Tell whether a record was written here."""
        return (record.path, *record.key) in self._keys

    def newest(self, path: str) -> VisitRecord | None:
        """Return the record that brought a visit into its state, with the times that it has now."""
        with self._lock:
            record = self._newest.get(path)
            span = self._spans.get(path)
        if record is None or span is None:
            return record
        return record.model_copy(update={"starts_at": span.starts_at, "ends_at": span.ends_at})

    def see(self, visit: KnownVisit, record: VisitRecord | None) -> None:
        """Remember, for this life, a visit that another PathFixer has made, with its newest record."""
        with self._lock:
            known = self._visits.get(visit.path)
            if known is not None and not known.elsewhere:
                return  # it was opened here meanwhile
            self._put(replace(visit, elsewhere=True))
            if record is not None:
                self._newest[visit.path] = record

    def records(self, path: str | None = None) -> list[VisitRecord]:
        """Return all records, or those of one visit, oldest first; raises StoreError for a damaged one."""
        query = "SELECT document FROM visit_record WHERE ?1 IS NULL OR path = ?1 ORDER BY number"
        try:
            return [VisitRecord.model_validate_json(row[0]) for row in self._database.rows(query, path)]
        except ValidationError as error:
            raise StoreError(f"a record of a visit cannot be read: {error}; keep sessions.db") from None

    def _take(self, record: VisitRecord) -> None:
        self._put(after(self._visits.get(record.path), record))
        self._keys.add((record.path, *record.key))
        if record.event != "trusted":
            self._newest[record.path] = record

    def _put(self, visit: KnownVisit) -> None:
        span = self._spans.get(visit.path, Span(visit.starts_at, visit.ends_at, None))
        self._visits[visit.path] = replace(visit, starts_at=span.starts_at, ends_at=span.ends_at)
        self._in_order = None

    def _read_spans(self) -> dict[str, Span]:
        rows = self._database.rows("SELECT path, starts_at, ends_at, told_at FROM visit_span")
        return {
            path: Span(datetime.fromisoformat(starts), _time(ends), _time(told))
            for path, starts, ends, told in rows
        }

    def _write(self, statement: str, row: Row) -> None:
        with self._database.transaction() as database:
            database.execute(statement, row)


def _upwards(path: str) -> Iterator[str]:
    """Yield a path and every folder around it, innermost first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


_ADD_RECORD = "INSERT INTO visit_record (at, path, document) VALUES (?, ?, ?)"
_SET_SPAN = "INSERT OR REPLACE INTO visit_span (path, starts_at, ends_at, told_at) VALUES (?, ?, ?, ?)"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _record_row(record: VisitRecord) -> Row:
    return record.at.isoformat(), record.path, record.model_dump_json(by_alias=True)


def _span_row(path: str, span: Span) -> Row:
    ends_at = span.ends_at.isoformat() if span.ends_at else None
    return path, span.starts_at.isoformat(), ends_at, span.told_at.isoformat() if span.told_at else ""
