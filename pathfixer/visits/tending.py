"""Looking after visits: closing what is over, locking what was closed, noticing what root has done."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from pathfixer.activity import Activity
from pathfixer.errors import PathFixerError, RefusedError
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.known import KnownVisit
from pathfixer.visits.locking import BY_ITSELF
from sdm.errors import SdmError
from sdm.folders.progress import quiet
from sdm.visits import Visit

TEND_S = 60.0
"""Visits are looked after this often."""

SURVEY = timedelta(hours=1)
"""A partly locked visit is locked again this often: root may have done the rest."""

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
        self._clock = clock
        self._surveyed: dict[str, datetime] = {}
        self._stopped = threading.Event()

    def tend(self, activity: Activity) -> None:
        """Look after each visit once; what fails is tried again next time."""
        for visit in self._closing.book.visits():
            if self._stopped.is_set():
                return
            try:
                self._tend(self._renewed(visit), activity)
            except RefusedError as error:
                log.info("visit %s stays as it is: %s", visit.name, error)
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
        """Begin nothing more."""
        self._stopped.set()

    def _tend(self, visit: KnownVisit, activity: Activity) -> None:
        if visit.wants_closing(self._clock(), self._closing.rules.grace):
            if self._is_over(visit):
                self._closing.close_and_lock(visit, BY_ITSELF, "its time is over", activity)
        elif visit.state == "closed" or self._wants_survey(visit):
            self._surveyed[visit.path] = self._clock()
            with self._closing.locking.alone(visit):
                self._closing.locking.lock(visit, quiet)

    def _renewed(self, visit: KnownVisit) -> KnownVisit:
        """Return a visit with the times that the schedule gives it now."""
        scheduled = self._schedule.visit_named(visit.place.proposal, visit.place.visit)
        if scheduled is None or (scheduled.starts_at, scheduled.ends_at) == (visit.starts_at, visit.ends_at):
            return visit
        self._closing.book.set_span(visit.path, scheduled.starts_at, scheduled.ends_at)
        return self._closing.book.find(visit.path)

    def _is_over(self, visit: KnownVisit) -> bool:
        """Tell whether the office was asked since the end and the grace time: it may have been prolonged."""
        if visit.state == "reopened" or visit.ends_at is None:
            return True
        as_of = self._schedule.as_of
        if as_of is not None and as_of > visit.ends_at + self._closing.rules.grace:
            return True
        self._schedule.refresh()
        return False

    def _wants_survey(self, visit: KnownVisit) -> bool:
        surveyed = self._surveyed.get(visit.path)
        return visit.state == "partly locked" and (surveyed is None or surveyed + SURVEY <= self._clock())
