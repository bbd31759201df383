"""Writing down what happens to a visit, and changing its rights on the disk to that."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from pathfixer.errors import BusyError
from pathfixer.visits.book import VisitBook
from pathfixer.visits.known import KnownVisit
from pathfixer.visits.record import Event, FolderFacts, VisitRecord, folder_facts
from pathfixer.visits.sheets import VisitSheets
from sdm.errors import SdmError
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Tell
from sdm.folders.visit_lock import LockReport
from sdm.path_rules import Place

BY_ITSELF = "PathFixer"
ANOTHER_S = 10.0
"""An ordinary visit is locked within a second, and an order that comes meanwhile need not be refused."""


class VisitLocking:
    """Keeps the book and the disk in step; what is written down counts.

    Parameters
    ----------
    book, sheets
        What is known of visits, here and beside their folders.
    files
        Changes the rights; a worker of its own, since that takes long.
    plan
        Returns the folders of a place.
    clock
        Returns the time, aware.
    """

    def __init__(
        self,
        book: VisitBook,
        sheets: VisitSheets,
        files: FileWorker,
        plan: Callable[[Place], FolderPlan],
        clock: Callable[[], datetime],
    ) -> None:
        self.book = book
        self.sheets = sheets
        self._files = files
        self._plan = plan
        self._clock = clock
        self._working = threading.Lock()

    @contextmanager
    def alone(self, visit: KnownVisit) -> Iterator[None]:
        """Work at one visit at a time; other work waits for a moment and is then refused by BusyError."""
        if not self._working.acquire(timeout=ANOTHER_S):
            raise BusyError(f"a visit is being locked or opened: ask for {visit.name} when that is done")
        try:
            yield
        finally:
            self._working.release()

    def plans(self, visits: list[KnownVisit]) -> list[FolderPlan]:
        """Return the folders of visits."""
        return [self._plan(visit.place) for visit in visits]

    def lock(self, visit: KnownVisit, tell: Tell) -> list[str]:
        """Lock a closed visit as far as possible, and write down what came of it; raises SdmError."""
        report = self._files.lock(self._plan(visit.place), tell)
        now = self.book.find(visit.path)
        if now.state == "closed" or now.lock is None or now.lock.writable != report.writable:
            now = self.write(visit, "locked", BY_ITSELF, lock=report)
        return [f"visit {visit.name} is {now.state}", *report.lines, *_rest(now)]

    def unlock(self, visit: KnownVisit, tell: Tell) -> list[str]:
        """Give the folders of a visit their rights again; returns what was not ours. Raises SdmError."""
        report = self._files.unlock(self._plan(visit.place), tell)
        return report.model_copy(update={"writable": LockReport().writable}).lines

    def write(
        self,
        visit: KnownVisit,
        event: Event,
        by: str,
        reason: str = "",
        until: datetime | None = None,
        lock: LockReport | None = None,
    ) -> KnownVisit:
        """Write one record, with the proposal as it was at the opening and the folders as they are now."""
        before = self.book.newest(visit.path)
        record = VisitRecord(
            event=event,
            at=self._clock(),
            path=visit.path,
            place=visit.place,
            path_fixer=self.sheets.device,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            by=by,
            reason=reason,
            until=until,
            proposal=before.proposal if before else None,
            folders=self._facts(visit),
            lock=lock,
        )
        written = self.book.add(record)
        self.sheets.write(visit.path)
        return written

    def stop(self) -> None:
        """End everything; waits for nobody."""
        self._files.close()

    def _facts(self, visit: KnownVisit) -> tuple[FolderFacts, ...]:
        with suppress(SdmError):
            return folder_facts(self._files.look(self._plan(visit.place)), visit.path)
        return ()


def _rest(visit: KnownVisit) -> list[str]:
    if visit.state != "partly locked":
        return []
    return [f"the rest is for root, where the files are: scizoo visit lock --as-root {visit.path}"]
