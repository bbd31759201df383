"""Closing visits, locking them, opening them again: asked by staff, or when their time is over.

What is decided is written down first; a lock that did not come to its end is taken up again.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from pathfixer.activity import Activity
from pathfixer.errors import BusyError, PathFixerError, RefusedError
from pathfixer.known_visit import KnownVisit
from pathfixer.office_memory import OfficeMemory
from pathfixer.visit_book import VisitBook
from pathfixer.visit_record import Event, FolderFacts, VisitRecord, folder_facts
from pathfixer.visit_users import VisitUsers
from scifish.faultpoints import reached
from sdm.errors import SdmError
from sdm.file_worker import FileWorker
from sdm.folder_plan import FolderPlan
from sdm.path_rules import Place
from sdm.progress import Tell, quiet

TEND_S = 60.0
"""Visits are looked after this often."""

SURVEY = timedelta(hours=1)
"""What root has done about a partly locked visit is looked for this often."""

BY_ITSELF = "PathFixer"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClosingRules:
    """When visits close by themselves, how long one stays open again, and who may say so."""

    grace: timedelta
    reopened: timedelta
    is_staff: Callable[[str], bool]


class VisitClosing:
    """Closes the visits in a book.

    Parameters
    ----------
    book
        What is known of visits.
    users
        Who has a visit.
    files
        Does the locking; a worker of its own, since that takes long.
    plan
        Returns the folders of a place.
    office
        Knows how the schedule stands now.
    rules
        See there.
    clock
        Returns the time, aware.
    """

    def __init__(
        self,
        book: VisitBook,
        users: VisitUsers,
        files: FileWorker,
        plan: Callable[[Place], FolderPlan],
        office: OfficeMemory,
        rules: ClosingRules,
        clock: Callable[[], datetime],
    ) -> None:
        self.book = book
        self._users = users
        self._files = files
        self._plan = plan
        self._office = office
        self._rules = rules
        self._clock = clock
        self._working = threading.Lock()
        self._surveyed: dict[str, datetime] = {}
        self._stopped = threading.Event()

    @property
    def lines(self) -> list[str]:
        """One line per visit, newest first."""
        return [visit.line for visit in self.book.visits()]

    def closed_plans(self) -> list[FolderPlan]:
        """Return the folders of every visit that should be locked."""
        return [self._plan(visit.place) for visit in self.book.visits() if not visit.takes_data]

    def close(self, text: str, by: str, reason: str, activity: Activity, tell: Tell = quiet) -> list[str]:
        """Close a visit that nobody has, and lock it; returns what there is to tell.

        Raises
        ------
        RefusedError
            It is unknown, closed already, or somebody has it; or who asks is not of the staff.
        SdmError
            It is closed, but the file system did not lock it; that is tried again.
        """
        self._require_staff(by)
        visit = self.book.find(text)
        if not visit.takes_data:
            raise RefusedError(f"visit {visit.name} is {visit.state} already")
        with self._alone(visit):
            self._close(visit, by, reason, activity)
            return self._lock(visit, tell)

    def lock(self, text: str, by: str, tell: Tell = quiet) -> list[str]:
        """Lock a closed visit again, or look what root has done; returns what there is to tell."""
        self._require_staff(by)
        visit = self.book.find(text)
        if visit.takes_data:
            raise RefusedError(f"visit {visit.name} is {visit.state}: scizoo visit close")
        with self._alone(visit):
            return self._lock(visit, tell)

    def reopen(self, text: str, by: str, reason: str, tell: Tell = quiet) -> list[str]:
        """Open a closed visit again, for a while; returns what there is to tell.

        Raises
        ------
        RefusedError
            It is unknown or not closed, no reason is given, or who asks is not of the staff.
        """
        self._require_staff(by)
        if not reason.strip():
            raise RefusedError("a visit is opened again for a reason: --reason …")
        visit = self.book.find(text)
        if visit.takes_data:
            raise RefusedError(f"visit {visit.name} is {visit.state} already")
        with self._alone(visit):
            until = self._clock() + self._rules.reopened
            self._write(visit, "reopened", by, reason, until=until)
            report = self._files.unlock(self._plan(visit.place), tell)
        return [
            f"{visit.name} is open again and locks itself after {until:%Y-%m-%d %H:%M} UTC",
            *report.lines[:-1],
        ]

    def tend(self, activity: Activity) -> None:
        """Close what is over and nobody has, lock what is to be locked; a failure is tried again."""
        now = self._clock()
        for visit in self.book.visits():
            if self._stopped.is_set():
                return
            try:
                self._tend(visit, now, activity)
            except (PathFixerError, SdmError) as error:
                log.warning("visit %s: %s", visit.name, error)

    def tend_for_ever(self, activity: Activity) -> None:
        """Look after the visits until stopped."""
        while not self._stopped.is_set():
            try:
                self.tend(activity)
            except Exception:
                log.exception("cannot look after the visits")
            self._stopped.wait(TEND_S)

    def stop(self) -> None:
        """End everything; waits for nobody."""
        self._stopped.set()
        self._files.close()
        self.book.close()

    def record_trust(self, visit: KnownVisit, by: str, reason: str) -> None:
        """Write down that staff took a visit's folders as they are."""
        self._require_staff(by)
        if not reason.strip():
            raise RefusedError("folders are trusted for a reason: --reason …")
        self._write(visit, "trusted", by, reason)

    def _tend(self, visit: KnownVisit, now: datetime, activity: Activity) -> None:
        visit = self._renewed(visit)
        if visit.wants_closing(now, self._rules.grace):
            if self._may_be_over(visit) and not self._users.of(visit.path):
                with self._alone(visit):
                    self._close(visit, BY_ITSELF, "its time is over", activity)
                    self._lock(visit, quiet)
        elif visit.state == "closed" or self._wants_survey(visit, now):
            with self._alone(visit):
                self._lock(visit, quiet)

    def _renewed(self, visit: KnownVisit) -> KnownVisit:
        """Return a visit with the times that the schedule gives it now."""
        scheduled = self._office.visit_named(visit.place.proposal, visit.place.visit)
        if scheduled is None or (scheduled.starts_at, scheduled.ends_at) == (visit.starts_at, visit.ends_at):
            return visit
        self.book.set_span(visit.path, scheduled.starts_at, scheduled.ends_at)
        return self.book.find(visit.path)

    def _may_be_over(self, visit: KnownVisit) -> bool:
        """Tell whether the office was asked since the visit's end: it may have been prolonged."""
        as_of = self._office.as_of
        if (
            visit.state == "reopened"
            or visit.ends_at is None
            or (as_of is not None and as_of > visit.ends_at + self._rules.grace)
        ):
            return True
        self._office.refresh()
        return False

    def _wants_survey(self, visit: KnownVisit, now: datetime) -> bool:
        surveyed = self._surveyed.get(visit.path)
        return visit.state == "partly locked" and (surveyed is None or surveyed + SURVEY <= now)

    def _close(self, visit: KnownVisit, by: str, reason: str, activity: Activity) -> None:
        users = self._users.of(visit.path)
        if users:
            raise RefusedError(f"visit {visit.name} is in use: {'; '.join(users)}")
        with activity.after_the_switch():
            if self._users.own_session_has(visit.path):
                raise RefusedError(f"visit {visit.name} has just been opened")
            self._write(visit, "closed", by, reason)
        reached("pathfixer-visit-closed")

    def _lock(self, visit: KnownVisit, tell: Tell) -> list[str]:
        plan = self._plan(visit.place)
        self._surveyed[visit.path] = self._clock()
        report = self._files.lock(plan, tell)
        before = self.book.find(visit.path)
        if before.state == "closed" or before.lock is None or before.lock.writable != report.writable:
            now = VisitRecord(
                event="locked",
                at=self._clock(),
                path=visit.path,
                place=visit.place,
                starts_at=visit.starts_at,
                ends_at=visit.ends_at,
                by=BY_ITSELF,
                folders=folder_facts(self._files.look(plan), visit.path),
                lock=report,
            )
            before = self.book.add(now)
        return [f"visit {visit.name} is {before.state}", *report.lines, *_rest(before)]

    def _write(
        self, visit: KnownVisit, event: Event, by: str, reason: str, until: datetime | None = None
    ) -> None:
        first = self.book.records(visit.path)[0]
        facts: tuple[FolderFacts, ...] = ()
        with suppress(SdmError):
            facts = folder_facts(self._files.look(self._plan(visit.place)), visit.path)
        self.book.add(
            VisitRecord(
                event=event,
                at=self._clock(),
                path=visit.path,
                place=visit.place,
                starts_at=visit.starts_at,
                ends_at=visit.ends_at,
                by=by,
                reason=reason,
                until=until,
                proposal=first.proposal,
                folders=facts,
            )
        )

    def _require_staff(self, by: str) -> None:
        name = by.partition("@")[0].strip()
        if not self._rules.is_staff(name):
            raise RefusedError(
                f"{name or 'nobody'} is not of the staff, who close visits and open them again"
            )

    def _alone(self, visit: KnownVisit) -> "_Alone":
        return _Alone(self._working, visit.name)


class _Alone:
    """One piece of work at visits at a time; a second one is refused at once."""

    def __init__(self, lock: threading.Lock, name: str) -> None:
        self._lock = lock
        self._name = name

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise BusyError(
                f"another visit is being locked or opened: ask for {self._name} when that is done"
            )

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _rest(visit: KnownVisit) -> list[str]:
    if visit.state != "partly locked":
        return []
    return [f"the rest is for root, where the files are: scizoo visit lock --as-root {visit.path}"]
