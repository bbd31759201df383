"""A visit as its records tell it: open, closed, locked as far as possible, opened again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pathfixer.visits.record import VisitRecord
from sdm.folders.visit_lock import LockReport
from sdm.path_rules import Place
from sdm.visits import Kept, Visit

State = Literal["open", "closed", "partly locked", "locked", "reopened"]
AT = "at "


@dataclass(frozen=True)
class KnownVisit:
    """One visit.

    Attributes
    ----------
    since, until
        When it came into its state; when one opened again locks itself.
    path_fixer
        Device that brought it into its state; empty: not known.
    elsewhere
        Known from its folder only: another PathFixer made it and looks after it.
    """

    path: str
    place: Place
    starts_at: datetime
    ends_at: datetime | None
    state: State
    since: datetime
    until: datetime | None = None
    lock: LockReport | None = None
    path_fixer: str = ""
    elsewhere: bool = False

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
        by = [f"{AT}{self.path_fixer}"] if self.path_fixer else []
        return "  ".join((self.state, self.path, f"since {self.since:%Y-%m-%d %H:%M} UTC", *by, *details))

    def kept(self, now: datetime) -> Kept:
        """Return what counts for the names of visits."""
        visit = Visit(self.place.visit, self.starts_at, self.ends_at, scheduled=False)
        return Kept(visit, over=self.ends_at is None or self.ends_at <= now)

    def closes_at(self, grace: timedelta) -> datetime | None:
        """Return when it closes by itself, if nobody uses it; one without a schedule is closed by staff."""
        if self.state == "reopened":
            return self.until
        return self.ends_at + grace if self.state == "open" and self.ends_at is not None else None

    def wants_closing(self, now: datetime, grace: timedelta) -> bool:
        """Tell whether its time is over."""
        closes_at = self.closes_at(grace)
        return closes_at is not None and closes_at <= now

    @property
    def takes_data(self) -> bool:
        """Whether a session may be opened for it."""
        return self.state in ("open", "reopened")


def after(visit: KnownVisit | None, record: VisitRecord) -> KnownVisit:
    """Return what a visit is after another record of it; who has the record looks after the visit."""
    if visit is None or record.event == "opened":
        visit = KnownVisit(record.path, record.place, record.starts_at, record.ends_at, "open", record.at)
    visit = replace(visit, elsewhere=False)
    if record.event == "trusted":
        return visit
    state = _state_after(record)
    return replace(
        visit,
        state=state,
        since=visit.since if visit.state == state else record.at,
        until=record.until,
        lock=record.lock,
        path_fixer=record.path_fixer,
    )


def from_folder(path: str, place: Place, starts_at: datetime, is_locked: bool) -> KnownVisit:
    """Return what is known of a visit whose folder exists and says nothing more."""
    state: State = "locked" if is_locked else "open"
    return KnownVisit(path, place, starts_at, None, state, starts_at, elsewhere=True)


def reopened_at(lines: Iterable[str], device: str) -> list[str]:
    """Return the folders of visits that a device has itself opened again, out of its visits' lines."""
    found = [line.split("  ") for line in lines if line.startswith("reopened  ")]
    return [
        parts[1]
        for parts in found
        if all(part.removeprefix(AT).lower() == device.lower() for part in parts if part.startswith(AT))
    ]


def _state_after(record: VisitRecord) -> State:
    if record.event == "locked":
        return "locked" if record.lock is not None and record.lock.complete else "partly locked"
    if record.event in ("closed", "reopened"):
        return record.event
    return "open"
