"""A visit as its records tell it: open, closed, locked as far as possible, opened again. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pathfixer.visits.record import VisitRecord
from sdm.folders.visit_lock import LockReport
from sdm.path_rules import Place
from sdm.visits import Kept, Visit

State = Literal["open", "closed", "partly locked", "locked", "reopened"]


@dataclass(frozen=True)
class KnownVisit:
    """One visit; ``since`` is when it came into its state, ``until`` when one opened again locks itself."""

    path: str
    place: Place
    starts_at: datetime
    ends_at: datetime | None
    state: State
    since: datetime
    until: datetime | None = None
    lock: LockReport | None = None

    @property
    def name(self) -> str:
        """Proposal and visit, as people say it."""
        return f"{self.place.proposal}/{self.place.visit}"

    @property
    def line(self) -> str:
        """State, folder and details, two blanks between them."""
        details = [f"until {self.until:%Y-%m-%d %H:%M} UTC"] if self.until else []
        if self.state in ("partly locked", "locked") and self.lock:
            details += self.lock.lines[1:]
        return "  ".join((self.state, self.path, f"since {self.since:%Y-%m-%d %H:%M} UTC", *details))

    def kept(self, now: datetime) -> Kept:
        """Return what counts for the names of visits."""
        visit = Visit(self.place.visit, self.starts_at, self.ends_at, scheduled=False)
        return Kept(visit, over=self.ends_at is None or self.ends_at <= now)

    def wants_closing(self, now: datetime, grace: timedelta) -> bool:
        """Tell whether its time is over, if nobody uses it; a visit without a schedule is closed by staff."""
        if self.state == "reopened":
            return self.until is not None and self.until <= now
        return self.state == "open" and self.ends_at is not None and self.ends_at + grace <= now

    @property
    def takes_data(self) -> bool:
        """Whether a session may be opened for it."""
        return self.state in ("open", "reopened")


def after(visit: KnownVisit | None, record: VisitRecord) -> KnownVisit:
    """Return what a visit is after another record of it."""
    if visit is None or record.event == "opened":
        return KnownVisit(record.path, record.place, record.starts_at, record.ends_at, "open", record.at)
    if record.event == "closed":
        return replace(visit, state="closed", since=record.at, until=None, lock=None)
    if record.event == "locked":
        whole = record.lock is not None and record.lock.complete
        state: State = "locked" if whole else "partly locked"
        since = visit.since if visit.state == state else record.at
        return replace(visit, state=state, since=since, lock=record.lock)
    if record.event == "reopened":
        return replace(visit, state="reopened", since=record.at, until=record.until, lock=None)
    return visit
