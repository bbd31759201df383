"""No switch under a running macro or growing files, but with a reason that is kept."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import tango

from pathfixer.errors import CommandError
from scifish.state_folder import host_name
from tests.integration.pathfixer.conftest import Scanning, beamline_of
from tests.processes import freeze
from tests.waiting import wait_for

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


@pytest.fixture
def ending(scanning: Scanning, begin_scan) -> Callable[[], None]:
    """Begin a scan, on the Sardana that follows, that lasts until the test is over."""
    return lambda: begin_scan(scanning.sardana)


def test_while_a_macro_runs_a_switch_is_refused_and_names_the_door(scanning, ending):
    scanning.client.open_session(**ICE)
    ending()
    for act in (lambda: scanning.client.open_session(**ICE), scanning.client.close_session):
        with pytest.raises(CommandError, match=r"a macro runs on door/demo/\d \(its state is RUNNING\)"):
            act()
    assert scanning.client.session().revision == 1
    assert scanning.device.state() == tango.DevState.ON


def test_a_macro_that_begins_while_a_session_is_being_opened_stops_it(
    start_path_fixer, site, sardana, only_global_scan_dir, begin_scan
):
    server = start_path_fixer(fault="pathfixer.folders-made:stop", MacroServers=sardana.macro_server)
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=sardana)
    scanning.device.OpenSession(json.dumps(ICE))
    wait_for(lambda: state_of(server.pid) == "T", 20, "stopped between the folders and the commit")
    begin_scan(sardana)
    os.kill(server.pid, signal.SIGCONT)
    wait_for(lambda: '"failed"' in scanning.device.JobState[-1], 15, "refused")
    assert "a macro runs on door/demo/" in json.loads(scanning.device.JobResult[-1])["error"]
    assert scanning.client.session().revision == 0
    assert list((site.root / "visitors/demo").iterdir()) == []
    assert not scanning.device.VisitStates


def state_of(pid: int) -> str:
    """Return the state of a process, as ``/proc`` names it."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_a_sample_may_be_changed_under_a_running_macro(scanning, ending):
    scanning.client.open_session(**ICE)
    ending()
    scanning.client.set_sample("ice")
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 5, "the next scan goes there")
    assert scanning.device.SamplePath.endswith("/raw/ice")


def test_forced_it_is_done_and_kept_with_name_host_and_process(scanning, ending):
    scanning.client.open_session(**ICE)
    ending()
    with pytest.raises(CommandError, match="force it with a reason"):
        scanning.client.close_session()
    scanning.client.close_session(force_reason="the scan hangs", asked_by="lismei")
    assert scanning.client.session().state == "closed"
    told = scanning.device.History[0]
    assert f"asked by lismei from {host_name()} pid {os.getpid()}, forced: the scan hangs, although" in told
    assert "a macro runs on door/demo/1" in told
    with sqlite3.connect(scanning.site.state / "sessions.db") as database:
        query = "SELECT who, client, reason FROM session ORDER BY revision DESC LIMIT 1"
        [(who, client, reason)] = database.execute(query)
    assert (who, client) == ("lismei", f"{host_name()} pid {os.getpid()}")
    assert reason in told


def test_a_door_that_does_not_answer_counts_as_running_one_that_signed_off_does_not(
    start_path_fixer, site, own_sardana
):
    server = start_path_fixer(MacroServers=own_sardana.macro_server)
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=own_sardana)
    scanning.client.open_session(**ICE)
    freeze(own_sardana.pid)
    try:
        begun = time.perf_counter()
        with pytest.raises(CommandError, match=r"door/mortal/1 does not answer .*: a macro may be running"):
            scanning.client.close_session()
        assert time.perf_counter() - begun < 8
    finally:
        os.kill(own_sardana.pid, signal.SIGCONT)
    own_sardana.kill()
    tango.Database().unexport_server(own_sardana.server)
    scanning.client.close_session()
    assert scanning.client.session().state == "closed"


def test_files_that_grow_stop_a_switch_until_they_rest(start_path_fixer, site):
    beamline = beamline_of(start_path_fixer(GrowthWindow="1"), site)
    beamline.client.open_session(**ICE, sample="ice")
    file = Path(beamline.device.SamplePath) / "eiger_000.h5"
    with file.open("w") as growing:

        def refused() -> bool:
            growing.write("counts")
            growing.flush()
            try:
                beamline.client.open_session(**ICE)
            except CommandError as error:
                assert f"{file} grew" in str(error)
                return True
            return False

        wait_for(refused, 10, "refused: the watch of growing files needs a moment to begin")
    wait_for(lambda: closed(beamline), 10, "let pass when they rest")


def closed(beamline) -> bool:
    try:
        beamline.client.close_session()
    except CommandError:
        return False
    return beamline.client.session().state == "closed"
