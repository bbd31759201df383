"""Visits of a beamline with several PathFixers, or with one that has lost its store: real devices."""

import os
import shutil
import signal
import stat
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tango

from pathfixer.errors import CommandError
from pathfixer.visits.client import VisitClient
from pathfixer.visits.order import VisitOrder
from tests.devices import ANSWER_S
from tests.integration.pathfixer.conftest import Beamline, Site, beamline_of, workers_of
from tests.processes import freeze
from tests.quickness import best_seconds
from tests.waiting import wait_for

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
USER, STAFF = "carlcarl", "root@test"


def name_of(begin: datetime) -> str:
    return f"{begin.astimezone(ZoneInfo('Europe/Stockholm')):%Y%m%d}"


def schedule(site: Site, begin: datetime, end: datetime) -> None:
    """Let the user office give the proposal one block of beam time."""
    block = f"{{beamline: demo, start: {begin.isoformat()}, end: {end.isoformat()}}}"
    site.office.write_text(
        f"proposals:\n  - {{number: '20260101', title: Ice, type: Normal, pi: {{account: adalov}},\n"
        f"     members: [{{account: {USER}}}], beamlines: [demo], schedule: [{block}]}}\n"
    )


@pytest.fixture
def one(start_path_fixer, site) -> Beamline:
    return beamline_of(start_path_fixer(), site)


@pytest.fixture
def two(start_path_fixer, site, tmp_path, one) -> Beamline:
    """A PathFixer of another endstation, which makes sure that nobody has a visit by asking the first."""
    return beamline_of(
        start_path_fixer(StateDirectory=str(tmp_path / "two"), Siblings=one.device.name()), site
    )


def open_now(beamline: Beamline, visit: str = "") -> str:
    beamline.client.open_session(USER, "20260101", visit=visit)
    return str(beamline.client.session().visit)


def visits(beamline: Beamline) -> VisitClient:
    return VisitClient(beamline.device.name(), 60, ANSWER_S)


def order(visit: str, reason: str = "") -> VisitOrder:
    return VisitOrder(visit=f"20260101/{visit}", by=STAFF, reason=reason)


def state(beamline: Beamline) -> str:
    return visits(beamline).visit_states()[0].split("  ")[0]


def test_a_visit_of_another_endstation_keeps_its_name_when_its_begin_moves(one, two, site):
    schedule(site, NOW - 30 * HOUR, NOW + DAY)
    name = open_now(one)
    assert name == name_of(NOW - 30 * HOUR)
    schedule(site, NOW - HOUR, NOW + 2 * DAY)
    assert open_now(two) == name
    assert two.device.path == one.device.path


def test_and_when_the_whole_visit_moves_to_another_week(one, two, site):
    schedule(site, NOW + 20 * HOUR, NOW + 2 * DAY)
    name = open_now(one)
    schedule(site, NOW + 9 * DAY, NOW + 10 * DAY)
    with pytest.raises(
        CommandError, match=f"no visit runs now; name the one that is meant .there is: {name}"
    ):
        open_now(two)
    assert open_now(two, name) == name
    two.device.command_inout("Visits", "20260101")
    wait_for(lambda: offered(two).startswith(f"{name}  "), 10, "offered by its name")


def offered(beamline: Beamline) -> str:
    """Return the first visit that can be chosen; empty while none can."""
    return str(next(iter(beamline.device.Visits("20260101") or ()), ""))


def test_a_visit_keeps_its_name_when_the_store_of_its_path_fixer_is_lost(one, site):
    schedule(site, NOW - 30 * HOUR, NOW + DAY)
    name = open_now(one)
    one.server.stop()
    shutil.rmtree(site.state)
    schedule(site, NOW - HOUR, NOW + 2 * DAY)
    one.server.start()
    one.server.wait_ready()
    assert one.client.session().state == "closed"
    assert open_now(one) == name
    assert state(one) == "open"


def test_a_visit_closed_by_one_takes_no_session_of_another_though_nothing_is_locked_yet(
    start_path_fixer, two, site, tmp_path
):
    dying = start_path_fixer(StateDirectory=str(tmp_path / "dying"), fault="pathfixer.visit-closed:kill")
    third = beamline_of(dying, site)
    schedule(site, NOW - HOUR, NOW + DAY)
    name = open_now(third)
    third.client.close_session()
    with suppress(tango.DevFailed):  # its end may come before the answer
        third.device.CloseVisit(order(name).model_dump_json())
    wait_for(lambda: not dying.alive, 10, "killed")
    folder = site.root / "visitors/demo/20260101" / name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o3770, "nothing is locked"
    with pytest.raises(CommandError, match=f"visit 20260101/{name} is closed since .* scizoo visit reopen"):
        open_now(two)
    assert state(two).startswith("closed")


def test_what_one_opened_again_the_other_measures_in_and_then_it_is_locked(one, two, site):
    schedule(site, NOW - HOUR, NOW + DAY)
    name = open_now(one)
    one.client.close_session()
    assert visits(one).close_visit(order(name))[0].endswith("is locked")
    visits(one).reopen_visit(order(name, "late frames"))
    assert open_now(two) == name
    assert state(two) == "reopened"
    assert f"at {one.device.name()}" in visits(two).visit_states()[0]
    with pytest.raises(CommandError, match=f"in use: PathFixer {one.device.name()} has it"):
        two.client.close_session()
        visits(two).close_visit(order(name))
    assert visits(one).close_visit(order(name))[0].endswith("is locked")
    with pytest.raises(CommandError, match="is locked since"):
        open_now(two)


def test_choosing_never_waits_for_what_stands_on_the_disk(one, site):
    schedule(site, NOW - HOUR, NOW + DAY)
    open_now(one)
    workers = workers_of(one.server.pid)
    assert workers
    for worker in workers:
        freeze(worker)
    try:
        assert one.device.Visits("20260101")
        assert best_seconds(lambda: one.device.Visits("20260101"), 0.1) < 0.1
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def test_an_order_names_what_another_path_fixer_has_made(one, two, site):
    schedule(site, NOW - HOUR, NOW + DAY)
    name = open_now(one)
    with pytest.raises(CommandError, match=f"in use: PathFixer {one.device.name()} has it"):
        visits(two).close_visit(order(name))
    one.client.close_session()
    assert visits(two).close_visit(order(name, "done"))[0].endswith("is locked")
    with pytest.raises(CommandError, match="is locked since"):
        open_now(one)
    assert Path(site.root / "visitors/demo/20260101" / f".scizoo-visit-{name}.json").is_file()
