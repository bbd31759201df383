"""Visits: blocks of beam time of one proposal at one beamline, and the names of their folders.

Pure: the zone and the gap come from the path rules, the schedule from the user office.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sdm.errors import NameRefusedError


@dataclass(frozen=True)
class Visit:
    """One visit; both times are aware, ``ends_at`` is none when no schedule was ever known.

    ``scheduled`` is false when it is known from its folder only.
    """

    name: str
    starts_at: datetime
    ends_at: datetime | None
    scheduled: bool = True


@dataclass(frozen=True)
class Kept:
    """A visit whose folder exists, with the times that were known last; ``over`` when they have passed."""

    visit: Visit
    over: bool


def plan_visits(
    blocks: Iterable[tuple[datetime, datetime]], zone: ZoneInfo, gap: timedelta, kept: Sequence[Kept] = ()
) -> list[Visit]:
    """Return the visits of one proposal at one beamline, earliest first.

    Parameters
    ----------
    blocks
        Begin and end of each block of beam time, aware, in any order; they may overlap.
    zone
        Where the facility stands: a visit bears the local date of its first block.
    gap
        Blocks closer than this are one visit.
    kept
        The visits whose folders exist: they keep their names, however the schedule moves. Blocks
        belong to the kept visit that they touch; one that is not over yet, and that no block touches
        any more, has been moved to the nearest blocks that are left.

    Returns
    -------
    list of Visit
        Named YYYYMMDD; the hour is appended (YYYYMMDDHH) when another visit has that name.
    """
    spans = _joined(blocks, gap)
    owners = _owners(spans, gap, kept)
    taken = {one.visit.name for one in kept}
    visits = [
        Visit(one.visit.name, one.visit.starts_at, one.visit.ends_at, scheduled=False)
        for one in kept
        if one.visit.name not in owners.values()
    ]
    for span in spans:
        name = owners.get(span) or _free_name(span[0].astimezone(zone), taken)
        taken.add(name)
        visits.append(Visit(name, *span))
    return sorted(visits, key=lambda visit: (visit.starts_at, visit.name))


def current_visit(visits: Sequence[Visit], now: datetime, early: timedelta) -> Visit | None:
    """Return the visit that runs now, or begins within ``early``; none when there is none."""
    for visit in visits:
        if visit.scheduled and visit.ends_at is not None and visit.starts_at - early <= now < visit.ends_at:
            return visit
    return None


def unscheduled_visit(name: str, zone: ZoneInfo) -> Visit:
    """Return the visit that staff name themselves, YYYYMMDD or YYYYMMDDHH in local time.

    Raises
    ------
    NameRefusedError
        When the name is no date.
    """
    form = {8: "%Y%m%d", 10: "%Y%m%d%H"}.get(len(name))
    try:
        if form is None or not name.isdecimal():
            raise ValueError
        return Visit(name, datetime.strptime(name, form).replace(tzinfo=zone), None)
    except ValueError:
        raise NameRefusedError("visit", name, "it is no date of the form YYYYMMDD or YYYYMMDDHH") from None


def visit_of_today(now: datetime, zone: ZoneInfo) -> Visit:
    """Return the visit named after the local day, for a proposal without any schedule."""
    return unscheduled_visit(f"{now.astimezone(zone):%Y%m%d}", zone)


Span = tuple[datetime, datetime]


def _owners(spans: list[Span], gap: timedelta, kept: Sequence[Kept]) -> dict[Span, str]:
    """Return the kept name of each span that has one."""
    owners: dict[Span, str] = {}
    for one in sorted(kept, key=lambda one: one.visit.starts_at):
        touching = [span for span in spans if span not in owners and _touches(span, one.visit, gap)]
        if touching:
            owners[_nearest(touching, one.visit)] = one.visit.name
    for one in sorted(kept, key=lambda one: one.visit.starts_at):
        left = [span for span in spans if span not in owners]
        if left and not one.over and one.visit.name not in owners.values():
            owners[_nearest(left, one.visit)] = one.visit.name
    return owners


def _touches(span: Span, visit: Visit, gap: timedelta) -> bool:
    ends_at = visit.ends_at or visit.starts_at
    return span[0] - gap < ends_at and visit.starts_at < span[1] + gap


def _nearest(spans: list[Span], visit: Visit) -> Span:
    return min(spans, key=lambda span: abs(span[0] - visit.starts_at))


def _free_name(local: datetime, taken: set[str]) -> str:
    hours = (f"{local:%Y%m%d}{(local.hour + later) % 24:02d}" for later in range(24))
    return next(name for name in (f"{local:%Y%m%d}", *hours) if name not in taken)


def _joined(blocks: Iterable[Span], gap: timedelta) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(blocks):
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
