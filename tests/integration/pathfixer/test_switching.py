"""No switch under a running macro or growing files, but with a reason that is kept."""

import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest
import tango

from pathfixer.errors import CommandError
from scifish.state_folder import host_name
from tests.integration.pathfixer.conftest import Scanning, beamline_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(120)

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


@pytest.fixture
def ending(scanning: Scanning):
    """Begin a scan that lasts until the test is over."""
    runs = []

    def begin():
        run = scanning.sardana.door().begin("ascan", "mot01", "0", "1", "300", "0.1")
        runs.append(run)
        door = scanning.sardana.door().proxy
        wait_for(lambda: door.state() == tango.DevState.RUNNING, 10, "a running Door")
        return run

    yield begin
    for run in runs:
        stop(scanning.sardana.door().proxy)
        run.wait(20)


def stop(door: tango.DeviceProxy) -> None:
    """Stop what runs; Sardana loses a stop that comes while a scan is being prepared."""

    def at_rest() -> bool:
        if door.state() == tango.DevState.RUNNING:
            door.StopMacro()
            time.sleep(0.2)
        return door.state() == tango.DevState.ON

    wait_for(at_rest, 20, "a Door at rest")


def test_while_a_macro_runs_a_switch_is_refused_and_names_the_door(scanning, ending):
    scanning.client.open_session(**ICE)
    ending()
    for act in (lambda: scanning.client.open_session(**ICE), scanning.client.close_session):
        with pytest.raises(CommandError, match=r"a macro runs on door/demo/\d \(its state is RUNNING\)"):
            act()
    assert scanning.client.session().revision == 1
    assert scanning.device.state() == tango.DevState.ON


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
    os.kill(own_sardana.pid, signal.SIGSTOP)
    try:
        begun = time.perf_counter()
        with pytest.raises(CommandError, match=r"door/mortal/1 does not answer .*: a macro may be running"):
            scanning.client.close_session()
        assert time.perf_counter() - begun < 5
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
