"""PathFixer killed, its file system frozen: the old session or the new one, never a mixture."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import tango

from scifish.session import Session
from scizoo.services.device_server import DeviceServer
from tests.integration.pathfixer.conftest import Beamline, Site, assert_quick_reads, beamline_of, workers_of
from tests.processes import freeze, is_gone
from tests.waiting import wait_for

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}
STEPS = [
    ("pathfixer.begun", 0),
    ("pathfixer.folders-made", 0),
    ("pathfixer.committing", 0),
    ("pathfixer.committed", 1),
    ("pathfixer.followed", 1),
]


@pytest.mark.parametrize(("place", "revision"), STEPS)
def test_killed_while_opening_it_comes_back_with_the_old_or_the_new_session(
    start_path_fixer, site, place, revision
):
    server = start_path_fixer(fault=f"{place}:kill")
    beamline = beamline_of(server, site)
    with suppress(tango.DevFailed):  # its end may come before the answer
        beamline.device.OpenSession(json.dumps(ICE))
    session = come_back(beamline)
    assert session.revision == revision
    assert (session.state == "open") is (revision == 1)
    assert beamline.device.path == session.path
    assert beamline.client.open_session(**ICE) == []


@pytest.mark.parametrize(
    ("place", "state"),
    [("begun", "open"), ("committing", "open"), ("committed", "closed"), ("followed", "closed")],
)
def test_killed_while_closing_it_comes_back_with_the_old_or_the_new_session(
    start_path_fixer, site, place, state
):
    beamline = with_a_session_that_ends_at(start_path_fixer(), site, f"pathfixer.{place}:kill")
    with suppress(tango.DevFailed):  # its end may come before the answer
        beamline.device.CloseSession()
    session = come_back(beamline)
    assert session.state == state
    assert beamline.device.path == session.path
    assert (session.path == "") is (state == "closed")


@pytest.mark.parametrize("place", ["sample-asked", "sample-made", "committing", "committed"])
def test_killed_while_the_sample_changes_it_comes_back_and_sets_it(start_path_fixer, site, place):
    beamline = with_a_session_that_ends_at(start_path_fixer(), site, f"pathfixer.{place}:kill")
    with suppress(tango.DevFailed):  # its end may come before the answer
        beamline.device.Sample = "ice"
    come_back(beamline)
    device = beamline.server.proxy()
    wait_for(lambda: device.SamplePath == f"{device.path}/ice", 5, "the sample")
    assert (Path(device.path) / "ice").is_dir()
    wait_for(lambda: device.state() == tango.DevState.ON, 5, "ON")


def test_killed_while_folders_are_being_made_it_comes_back_with_the_old_session(beamline):
    beamline.client.check()
    workers = workers_of(beamline.server.pid)
    for worker in workers:
        freeze(worker)
    beamline.device.OpenSession(json.dumps(ICE))
    wait_for(lambda: beamline.device.state() == tango.DevState.RUNNING, 5, "RUNNING")
    beamline.server.kill()
    for worker in workers:
        os.kill(worker, signal.SIGCONT)
    wait_for(lambda: all(is_gone(one) for one in workers), 5, "they end when nobody asks any more")
    beamline.server.start()
    beamline.server.wait_ready()
    assert beamline.client.session().revision == 0
    assert beamline.client.open_session(**ICE) == []


SECRET = {"username": "gracehop", "proposal": "20260102", "visit": "20260914", "sample": "nickel"}
SHOWN = ("path", "SamplePath", "ProcessPath", "Category", "Proposal", "Sample", "Username")


@pytest.mark.parametrize(("place", "revision"), STEPS)
def test_killed_while_switching_it_and_sardana_are_in_the_one_or_the_other(scanning, place, revision):
    scanning.client.open_session(**ICE, sample="ice")
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 5, "ScanDir of the old session")
    scanning.server.variables["SCIZOO_FAULT"] = f"{place}:kill"
    scanning.server.restart()
    wait_for(lambda: scanning.device.state() == tango.DevState.ON, 10, "ON")
    scanning.device.OpenSession(json.dumps(SECRET))
    session = come_back(scanning)
    raw = f"{scanning.site.root}/proprietary/demo/20260102/20260914/raw"
    if revision == 0:
        raw = f"{scanning.site.root}/visitors/demo/20260101/20260914/raw"
    old = ("visitors", "20260101", "ice", "carlcarl")
    new = ("proprietary", "20260102", "s01", "gracehop")
    wanted = old if revision == 0 else new
    shown = {name: scanning.device.read_attribute(name).value for name in SHOWN}
    sample = f"{raw}/{wanted[2]}"
    assert tuple(shown.values()) == (raw, sample, f"{Path(raw).parent}/process", *wanted)
    assert (session.revision, session.sample_path) == (1 + revision, sample)
    visits = [line.split("  ")[1] for line in scanning.device.VisitStates]
    assert (f"{scanning.site.root}/proprietary/demo/20260102/20260914" in visits) is (revision == 1)
    wait_for(lambda: scanning.scan_dir == sample, 5, "ScanDir")


def with_a_session_that_ends_at(server: DeviceServer, site: Site, fault: str) -> Beamline:
    """Return a beamline with a session, whose PathFixer is restarted with a fault to come."""
    beamline = beamline_of(server, site)
    beamline.client.open_session(**ICE)
    server.variables["SCIZOO_FAULT"] = fault
    server.restart()
    return beamline


def come_back(beamline: Beamline) -> Session:
    """Wait until PathFixer is killed, start it without the fault, and return what it shows."""
    wait_for(lambda: not beamline.server.alive, 10, "killed")
    del beamline.server.variables["SCIZOO_FAULT"]
    beamline.server.start()
    beamline.server.wait_ready()
    return beamline.client.session()


def test_a_frozen_file_system_delays_no_read_and_no_end(beamline):
    beamline.client.open_session(**ICE)
    stopped: list[int] = []

    def hang() -> None:
        its_own = wait_for(lambda: three_workers(beamline.server), 30, "its three workers")
        for worker in its_own:
            freeze(worker)
        stopped.extend(its_own)
        beamline.device.Check()
        assert_quick_reads(beamline.device)

    assert shortest_end_s(beamline.server, hang) < 2
    wait_for(lambda: all(is_gone(worker) for worker in stopped), 5, "workers gone")


def three_workers(server: DeviceServer) -> list[int]:
    workers = workers_of(server.pid)
    return workers if len(workers) == 3 else []


def shortest_end_s(server: DeviceServer, hang: Callable[[], None]) -> float:
    """Return how long a device that hangs takes to end: once, or twice if that is long."""
    hang()
    took = end_s(server)
    if took >= 2:
        server.start()
        server.wait_ready()
        hang()
        took = min(took, end_s(server))
    return took


def end_s(server: DeviceServer) -> float:
    start = time.perf_counter()
    os.kill(server.pid, signal.SIGTERM)
    wait_for(lambda: not server.alive, 60, "ended")
    return time.perf_counter() - start


def test_a_hanging_user_office_delays_no_end(start_path_fixer, tmp_path):
    fifo = tmp_path / "office.fifo"
    os.mkfifo(fifo)
    server = start_path_fixer(UserOfficeSettings=f"file={fifo}")

    def hang() -> None:
        server.proxy().OpenSession(json.dumps(ICE))
        wait_for(lambda: server.proxy().state() == tango.DevState.RUNNING, 5, "RUNNING")

    assert shortest_end_s(server, hang) < 2
