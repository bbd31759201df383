"""PathFixer killed, its file system frozen: the old session or the new one, never a mixture."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
import tango

from tests.integration.pathfixer.conftest import beamline_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}
STATEMENTS = [("pathfixer-folders-made", 0), ("pathfixer-committed", 1)]


@pytest.mark.parametrize(("place", "revision"), STATEMENTS)
def test_killed_while_opening_it_comes_back_with_the_old_or_the_new_session(
    start_path_fixer, site, place, revision
):
    server = start_path_fixer(fault=f"{place}:kill")
    beamline = beamline_of(server, site)
    beamline.device.OpenSession(json.dumps(ICE))
    wait_for(lambda: not server.alive, 10, "killed")
    del server.variables["SCIZOO_FAULT"]
    server.start()
    server.wait_ready()
    session = beamline.client.session()
    assert session.revision == revision
    assert (session.state == "open") is (revision == 1)
    assert beamline.device.path == session.path
    assert beamline.client.open_session(**ICE) == []


def test_a_frozen_file_system_delays_no_read_and_no_end(beamline):
    beamline.client.open_session(**ICE)
    (worker,) = children_of(beamline.server.pid)
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
    wait_for(lambda: not Path(f"/proc/{worker}").exists() or is_zombie(worker), 5, "worker gone")


def children_of(pid: int) -> list[int]:
    return [int(text) for task in Path(f"/proc/{pid}/task").iterdir() for text in children(task).split()]


def children(task: Path) -> str:
    return (task / "children").read_text()


def is_zombie(pid: int) -> bool:
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
