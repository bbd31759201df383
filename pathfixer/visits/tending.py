"""Looking after visits: closing what is over, locking what was closed, noticing what root has done."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from pathfixer.activity import Activity
from pathfixer.errors import PathFixerError, RefusedError
from pathfixer.visits.book import Span
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.known import KnownVisit
from pathfixer.visits.locking import BY_ITSELF
from sdm.errors import SdmError
from sdm.folders.progress import quiet
from sdm.visits import Visit

TEND_S = 60.0
"""Visits are looked after this often, and when the time of one is over."""

ANSWER_S = 5.0
"""Its answer whether a visit was prolonged is looked for this often."""

ASK = timedelta(minutes=1)
"""The user office is asked that this often."""

SURVEY = timedelta(hours=1)
"""A partly locked visit is locked again this often: root may have done the rest."""

LOOK = timedelta(minutes=10)
"""This often is looked for what other PathFixers have done to visits."""

log = logging.getLogger(__name__)


class Schedule(Protocol):
    """What the user office said last; see ``office_memory.OfficeMemory``."""

    @property
    def as_of(self) -> datetime | None:
        """When it answered last."""
        ...

    def refresh(self) -> None:
        """Ask again in the background."""
        ...

    def visit_named(self, number: str, name: str) -> Visit | None:
        """Return a scheduled visit of a proposal."""
        ...


class VisitTending:
    """Looks after the visits of a book, for ever.

    Parameters
    ----------
    closing
        Closes visits.
    schedule
        Knows when visits end by now.
    clock
        Returns the time, aware.
    """

    def __init__(self, closing: VisitClosing, schedule: Schedule, clock: Callable[[], datetime]) -> None:
        self._closing = closing
        self._schedule = schedule
        self._sheets = closing.locking.sheets
        self._clock = clock
        self._surveyed: dict[str, datetime] = {}
        self._looked_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._stopped, self._woken = threading.Event(), threading.Event()

    def tend(self, activity: Activity) -> None:
        """Look after each visit once; what fails is tried again next time."""
        self._look_around()
        for visit in self._closing.book.visits():
            if self._stopped.is_set():
                return
            try:
                self._tend(self._renewed(visit), activity)
            except RefusedError as error:
                log.info("visit %s stays as it is: %s", visit.name, error)
            except (PathFixerError, SdmError) as error:
                if not self._stopped.is_set():  # else the store was closed under it
                    log.warning("visit %s: %s", visit.name, error)

    def tend_for_ever(self, activity: Activity) -> None:
        """Look after the visits until stopped."""
        while not self._stopped.is_set():
            try:
                self.tend(activity)
            except Exception:  # edge of the thread: visits are to be closed in time
                log.exception("cannot look after the visits")
            self._woken.wait(self.pause_s)
            self._woken.clear()

    @property
    def pause_s(self) -> float:
        """For so long, in seconds, nothing is to be done."""
        now, grace = self._clock(), self._closing.rules.grace
        ends = (visit.closes_at(grace) for visit in self._closing.book.visits())
        ahead = [(end - now).total_seconds() for end in ends if end is not None and end > now]
        return min(TEND_S, *(left + 1 for left in ahead), ANSWER_S if self._asked_lately(now) else TEND_S)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped.set()
        self._woken.set()

    def wake(self) -> None:
        """Find out anew when something is to be done."""
        self._woken.set()

    def _look_around(self) -> None:
        now = self._clock()
        if self._looked_at is not None and now < self._looked_at + LOOK:
            return
        try:
            self._sheets.look_around()
            self._looked_at = now
        except (PathFixerError, SdmError) as error:
            log.warning("what other PathFixers did to visits is not known: %s", error)

    def _tend(self, visit: KnownVisit, activity: Activity) -> None:
        if self._is_due(visit) and not self._is_over(visit):
            return
        if self._wants_a_look(visit):
            self._sheets.look(visit.place.proposal)
            visit = self._closing.book.find(visit.path)
        if self._is_due(visit):
            self._closing.close_and_lock(visit, BY_ITSELF, "its time is over", activity)
        elif visit.state == "closed" or self._wants_survey(visit):
            self._surveyed[visit.path] = self._clock()
            with self._closing.locking.alone(visit):
                self._closing.locking.lock(visit, quiet)

    def _renewed(self, visit: KnownVisit) -> KnownVisit:
        """Return a visit with the times of the schedule, if that was told since its last opening."""
        scheduled = self._schedule.visit_named(visit.place.proposal, visit.place.visit)
        if scheduled is None or (scheduled.starts_at, scheduled.ends_at) == (visit.starts_at, visit.ends_at):
            return visit
        span = Span(scheduled.starts_at, scheduled.ends_at, self._schedule.as_of)
        if not self._closing.book.set_span(visit.path, span):
            return visit
        self._sheets.write(visit.path)
        return self._closing.book.find(visit.path)

    def _is_over(self, visit: KnownVisit) -> bool:
        """Tell whether the office was asked since the end and the grace time: it may have been prolonged."""
        if visit.state == "reopened" or visit.ends_at is None:
            return True
        as_of = self._schedule.as_of
        if as_of is not None and as_of > visit.ends_at + self._closing.rules.grace:
            return True
        if not self._asked_lately(self._clock()):
            self._asked_at = self._clock()
            self._schedule.refresh()
        return False

    def _asked_lately(self, now: datetime) -> bool:
        return self._asked_at is not None and now < self._asked_at + ASK

    def _wants_a_look(self, visit: KnownVisit) -> bool:
        """Tell whether it matters now what others have done to a visit since the last look around."""
        ours = self._closing.users.own_session_has(visit.path)
        return self._is_due(visit) or ours or visit.state == "closed" or self._wants_survey(visit)

    def _is_due(self, visit: KnownVisit) -> bool:
        return visit.wants_closing(self._clock(), self._closing.rules.grace)

    def _wants_survey(self, visit: KnownVisit) -> bool:
        surveyed = self._surveyed.get(visit.path)
        return visit.state == "partly locked" and (surveyed is None or surveyed + SURVEY <= self._clock())
