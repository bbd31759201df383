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
    """One visit; both times are aware, ``ends_at`` is none when no schedule is known."""

    name: str
    starts_at: datetime
    ends_at: datetime | None


def plan_visits(blocks: Iterable[tuple[datetime, datetime]], zone: ZoneInfo, gap: timedelta) -> list[Visit]:
    """Return the visits of one proposal at one beamline, earliest first.

    Parameters
    ----------
    blocks
        Begin and end of each block of beam time, aware, in any order; they may overlap.
    zone
        Where the facility stands: a visit bears the local date of its first block.
    gap
        Blocks closer than this are one visit.

    Returns
    -------
    list of Visit
        Named YYYYMMDD; the hour is appended (YYYYMMDDHH) when an earlier visit begins on that day.
    """
    visits: list[Visit] = []
    taken: set[str] = set()
    for start, end in _joined(blocks, gap):
        local = start.astimezone(zone)
        name = f"{local:%Y%m%d}"
        if name in taken:
            name = f"{local:%Y%m%d%H}"
        taken.add(name)
        visits.append(Visit(name, start, end))
    return visits


def current_visit(visits: Sequence[Visit], now: datetime, early: timedelta) -> Visit | None:
    """Return the visit that runs now, or begins within ``early``; none when there is none."""
    for visit in visits:
        if visit.ends_at is not None and visit.starts_at - early <= now < visit.ends_at:
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


def _joined(blocks: Iterable[tuple[datetime, datetime]], gap: timedelta) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(blocks):
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
