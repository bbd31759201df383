"""The visits that were ever opened here, and all that happened to them: on the disk, only added to."""

import threading
from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError

from pathfixer.errors import RefusedError, StoreError
from pathfixer.state_database import StateDatabase
from pathfixer.visits.known import KnownVisit, after
from pathfixer.visits.record import VisitRecord
from sdm.visits import Kept


class VisitBook:
    """The book of one PathFixer, in the database of its store.

    Methods may be called from any thread; asking never touches the disk.
    """

    def __init__(self, database: StateDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._visits: dict[str, KnownVisit] = {}
        self._spans = self._read_spans()
        for record in self.records():
            self._visits[record.path] = self._with_span(after(self._visits.get(record.path), record))

    def visits(self) -> list[KnownVisit]:
        """Return every visit, the newest first."""
        with self._lock:
            return sorted(self._visits.values(), key=lambda visit: visit.starts_at, reverse=True)

    def find(self, text: str) -> KnownVisit:
        """Return a visit by its folder or as ``<proposal>/<visit>``; raises RefusedError."""
        wanted = text.rstrip("/")
        found = [visit for visit in self.visits() if wanted in (visit.path, visit.name)]
        if len(found) != 1:
            known = ", ".join(visit.name for visit in self.visits()[:5]) or "none yet"
            raise RefusedError(f"visit {text!r} was never opened here (the newest: {known}): give its folder")
        return found[0]

    def kept(self, proposal: str, now: datetime) -> list[Kept]:
        """Return the visits of a proposal whose folders exist; they keep their names."""
        return [visit.kept(now) for visit in self.visits() if visit.place.proposal == proposal]

    def require_open(self, path: str) -> None:
        """Raise RefusedError when a visit is closed."""
        with self._lock:
            visit = self._visits.get(path)
        if visit is not None and not visit.takes_data:
            raise RefusedError(
                f"visit {visit.name} is {visit.state} since {visit.since:%Y-%m-%d %H:%M} UTC: staff open it "
                f"again with: scizoo visit reopen {visit.name} --reason …"
            )

    def opened(self, record: VisitRecord) -> None:
        """Write the record of a visit's first opening; later ones only renew its times. Raises StoreError."""
        with self._lock:
            is_new = record.path not in self._visits
        if is_new:
            self.add(record)
        self.set_span(record.path, record.starts_at, record.ends_at)

    def set_span(self, path: str, starts_at: datetime, ends_at: datetime | None) -> None:
        """Renew the times of a visit, as the schedule has them now; raises StoreError."""
        row = (path, starts_at.isoformat(), ends_at.isoformat() if ends_at else None)
        with self._lock:
            self._write("INSERT OR REPLACE INTO visit_span VALUES (?, ?, ?)", row)
            self._spans[path] = (starts_at, ends_at)
            self._visits[path] = self._with_span(self._visits[path])

    def add(self, record: VisitRecord) -> KnownVisit:
        """Write a record and return the visit after it; raises StoreError, and then nothing has changed."""
        row = (record.at.isoformat(), record.path, record.model_dump_json(by_alias=True))
        with self._lock:
            self._write("INSERT INTO visit_record (at, path, document) VALUES (?, ?, ?)", row)
            visit = self._with_span(after(self._visits.get(record.path), record))
            self._visits[record.path] = visit
        return visit

    def records(self, path: str | None = None) -> list[VisitRecord]:
        """Return all records, or those of one visit, oldest first; raises StoreError for a damaged one."""
        query = "SELECT document FROM visit_record WHERE ?1 IS NULL OR path = ?1 ORDER BY number"
        try:
            return [VisitRecord.model_validate_json(row[0]) for row in self._database.rows(query, path)]
        except ValidationError as error:
            raise StoreError(f"a record of a visit cannot be read: {error}; keep sessions.db") from None

    def _with_span(self, visit: KnownVisit) -> KnownVisit:
        starts_at, ends_at = self._spans.get(visit.path, (visit.starts_at, visit.ends_at))
        return replace(visit, starts_at=starts_at, ends_at=ends_at)

    def _read_spans(self) -> dict[str, tuple[datetime, datetime | None]]:
        rows = self._database.rows("SELECT path, starts_at, ends_at FROM visit_span")
        return {
            path: (datetime.fromisoformat(starts), datetime.fromisoformat(ends) if ends else None)
            for path, starts, ends in rows
        }

    def _write(self, statement: str, row: tuple[str | None, ...]) -> None:
        with self._database.transaction() as database:
            database.execute(statement, row)
