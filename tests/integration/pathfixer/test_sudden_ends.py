"""PathFixer killed, its file system frozen: the old session or the new one, never a mixture."""

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
import tango

from scifish.session import Session
from scizoo.services.device_server import DeviceServer
from tests.integration.pathfixer.conftest import Beamline, Site, beamline_of, children_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)

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
    beamline.device.OpenSession(json.dumps(ICE))
    session = come_back(beamline)
    assert session.revision == revision
    assert (session.state == "open") is (revision == 1)
    assert beamline.device.path == session.path
    assert beamline.client.open_session(**ICE) == []


@pytest.mark.parametrize(
    ("place", "state"), [("begun", "open"), ("committing", "open"), ("committed", "closed")]
)
def test_killed_while_closing_it_comes_back_with_the_old_or_the_new_session(
    start_path_fixer, site, place, state
):
    beamline = with_a_session_that_ends_at(start_path_fixer(), site, f"pathfixer.{place}:kill")
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
    (worker,) = children_of(beamline.server.pid)
    os.kill(worker, signal.SIGSTOP)
    beamline.device.OpenSession(json.dumps(ICE))
    wait_for(lambda: beamline.device.state() == tango.DevState.RUNNING, 5, "RUNNING")
    beamline.server.kill()
    os.kill(worker, signal.SIGCONT)
    wait_for(lambda: is_gone(worker), 5, "it ends when nobody asks any more")
    beamline.server.start()
    beamline.server.wait_ready()
    assert beamline.client.session().revision == 0
    assert beamline.client.open_session(**ICE) == []


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
    workers = children_of(beamline.server.pid)
    assert len(workers) == 2, "one makes folders, one sees files grow"
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    beamline.device.Check()
    took = []
    for _ in range(100):
        start = time.perf_counter()
        beamline.device.read_attribute("SamplePath")
        took.append(time.perf_counter() - start)
    assert sorted(took)[50] < 0.005
    start = time.perf_counter()
    os.kill(beamline.server.pid, signal.SIGTERM)
    wait_for(lambda: not beamline.server.alive, 10, "ended")
    assert time.perf_counter() - start < 2
    wait_for(lambda: all(is_gone(worker) for worker in workers), 5, "workers gone")


def is_gone(pid: int) -> bool:
    if not Path(f"/proc/{pid}").exists():
        return True
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_hanging_user_office_delays_no_end(start_path_fixer, tmp_path):
    fifo = tmp_path / "office.fifo"
    os.mkfifo(fifo)
    server = start_path_fixer(UserOfficeSettings=f"file={fifo}")
    server.proxy().OpenSession(json.dumps(ICE))
    wait_for(lambda: server.proxy().state() == tango.DevState.RUNNING, 5, "RUNNING")
    start = time.perf_counter()
    os.kill(server.pid, signal.SIGTERM)
    wait_for(lambda: not server.alive, 10, "ended")
    assert time.perf_counter() - start < 2
