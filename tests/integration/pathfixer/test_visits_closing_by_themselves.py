"""Visits that close, and lock themselves again, without anybody: a real device, at a later time."""

import json
import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pathfixer.visits.client import VisitClient
from pathfixer.visits.order import VisitOrder
from tests.bad_days.harness.wrong_clock import wrong_clock
from tests.devices import ANSWER_S
from tests.integration.pathfixer.conftest import Beamline, Site, StartPathFixer, beamline_of
from tests.waiting import wait_for

HOUR = timedelta(hours=1)
NOW = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
EARLIER = (NOW - 100 * HOUR, NOW - 90 * HOUR)
BLOCKS = [(NOW - 2 * HOUR, NOW - HOUR), (NOW + HOUR, NOW + 5 * HOUR)]
"""One visit of two blocks; it is over five hours from now, and closes 72 hours later."""


def schedule(site: Site, blocks: list[tuple[datetime, datetime]]) -> None:
    """Let the user office give the proposal these blocks of beam time."""
    given = [
        {"beamline": "demo", "start": start.isoformat(), "end": end.isoformat()} for start, end in blocks
    ]
    ice = {"number": "20260101", "title": "Ice", "type": "Normal", "pi": {"account": "carlcarl"}}
    site.office.write_text(json.dumps({"proposals": [{**ice, "beamlines": ["demo"], "schedule": given}]}))


@pytest.fixture
def measured(start_path_fixer: StartPathFixer, site: Site) -> Beamline:
    """A PathFixer that had sessions in two visits, and still has one in the second, with a file."""
    schedule(site, [EARLIER, *BLOCKS])
    beamline = beamline_of(start_path_fixer(VisitGrace="72", ReopenedFor="0.004"), site)
    beamline.client.open_session("carlcarl", "20260101", visit=name_of(EARLIER[0]))
    beamline.client.open_session("carlcarl", "20260101")
    Path(beamline.device.path, "scan.h5").touch()
    return beamline


def name_of(begin: datetime) -> str:
    return f"{begin.astimezone(ZoneInfo('Europe/Stockholm')):%Y%m%d}"


def visits(beamline: Beamline) -> VisitClient:
    return VisitClient(beamline.device.name(), 60, ANSWER_S)


def state(beamline: Beamline, begin: datetime = BLOCKS[0][0]) -> str:
    line = next(line for line in visits(beamline).visit_states() if f"/{name_of(begin)}  " in line)
    return line.split("  ")[0]


def folder(beamline: Beamline) -> Path:
    return beamline.site.root / "visitors/demo/20260101" / name_of(BLOCKS[0][0])


def modes(visit: Path) -> list[str]:
    return [
        f"{stat.S_IMODE(path.stat().st_mode):o}" for path in (visit, visit / "raw", visit / "raw/scan.h5")
    ]


def restart_later(beamline: Beamline, span: timedelta) -> None:
    """Give the device another life, at a later time."""
    beamline.server.stop()
    variables = wrong_clock(f"+{int(span.total_seconds())}s")
    paths = [variables["PYTHONPATH"], *filter(None, [os.environ.get("PYTHONPATH")])]
    beamline.server.variables.update(variables, PYTHONPATH=os.pathsep.join(paths))
    beamline.server.start()
    beamline.server.wait_ready()


def test_after_its_last_block_and_the_grace_time_a_visit_is_closed_and_locked(measured):
    measured.client.close_session()
    visit = folder(measured)
    restart_later(measured, 5 * HOUR + timedelta(hours=72, minutes=61))
    wait_for(lambda: state(measured) == "locked", 90, "locked")
    assert modes(visit) == ["3550", "2550", "440"]
    records = visits(measured).visit_records()
    closed = next(one for one in records if one["event"] == "closed" and one["path"] == str(visit))
    assert (closed["by"], closed["reason"]) == ("PathFixer", "its time is over")
    assert datetime.fromisoformat(closed["at"]) > BLOCKS[1][1] + 72 * HOUR


@pytest.mark.parametrize("why", ["the grace time is not over", "it was prolonged", "a session has it"])
def test_it_stays_open_while(measured, site, why):
    if why != "a session has it":
        measured.client.close_session()
    if why == "it was prolonged":
        schedule(site, [EARLIER, *BLOCKS, (NOW + 20 * HOUR, NOW + 24 * HOUR)])
    restart_later(measured, 5 * HOUR + timedelta(hours=48 if why.startswith("the grace") else 74))
    wait_for(
        lambda: state(measured, EARLIER[0]) == "locked", 90, "the earlier visit, looked at after this one"
    )
    assert state(measured) == "open"
    assert modes(folder(measured))[0] == "3770"


def test_one_that_was_opened_again_locks_itself_and_what_came_in_between_too(measured):
    measured.client.close_session()
    visit = folder(measured)
    order = VisitOrder(visit=str(visit), by="root@test", reason="late frames")
    visits(measured).close_visit(order)
    assert "locks itself after" in visits(measured).reopen_visit(order)[0]
    (visit / "raw/late.h5").touch()
    assert state(measured) == "reopened"
    wait_for(lambda: state(measured) == "locked", 90, "locked again")
    assert modes(visit) == ["3550", "2550", "440"]
    assert stat.S_IMODE((visit / "raw/late.h5").stat().st_mode) == 0o440
    records = [one for one in visits(measured).visit_records() if one["path"] == str(visit)]
    events = [(one["event"], one["by"].split(" ")[0]) for one in records]
    assert events[-3:] == [("reopened", "root@test"), ("closed", "PathFixer"), ("locked", "PathFixer")]
