"""Visits through the device and the command line, with a real Sardana and a sibling PathFixer."""

import json
import os
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import tango

from pathfixer.errors import CommandError
from pathfixer.visits.client import VisitClient
from pathfixer.visits.order import VisitOrder
from tests.devices import ANSWER_S
from tests.integration.pathfixer.conftest import beamline_of
from tests.waiting import wait_for

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


def order(reason: str = "") -> VisitOrder:
    return VisitOrder(visit="20260101/20260914", by="root@test", reason=reason)


def visits(beamline) -> VisitClient:
    return VisitClient(beamline.device.name(), 60, ANSWER_S)


def visit_folder(beamline) -> Path:
    return beamline.site.root / "visitors/demo/20260101/20260914"


def scizoo(*words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "scizoo.cli.main", "visit", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def state(beamline) -> str:
    return visits(beamline).visit_states()[0].split("  ")[0]


def test_closing_the_session_does_not_close_the_visit_staff_do(scanning):
    scanning.client.open_session(**ICE)
    with pytest.raises(CommandError, match=r"in use: the session of this PathFixer is in it; ScanDir of"):
        visits(scanning).close_visit(order())
    scanning.close()
    assert state(scanning) == "open"
    assert visits(scanning).close_visit(order("done"))[0] == "visit 20260101/20260914 is locked"
    wait_for(lambda: state(scanning) == "locked", 5, "shown")
    assert stat.S_IMODE(visit_folder(scanning).stat().st_mode) == 0o3550
    with pytest.raises(CommandError, match="scizoo visit reopen 20260101/20260914"):
        scanning.client.open_session(**ICE)


def test_a_scan_dir_of_any_scope_keeps_a_visit_open(scanning):
    scanning.client.open_session(**ICE)
    raw = scanning.client.session().path
    scanning.client.open_session("carlcarl", "20260101", visit="20260915")
    scanning.environment.change({"ascan.ScanDir": raw}, ())
    with pytest.raises(CommandError, match=r"ascan.ScanDir of .* lies in it"):
        visits(scanning).close_visit(order())
    scanning.environment.change({}, ("ascan.ScanDir",))


def test_a_sibling_s_session_keeps_it_open_and_so_does_a_silent_sibling(start_path_fixer, site, tmp_path):
    other = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "other")), site)
    beamline = beamline_of(start_path_fixer(Siblings=other.device.name()), site)
    for one in (other, beamline):
        one.client.open_session(**ICE)
    beamline.client.close_session()
    with pytest.raises(CommandError, match=f"PathFixer {other.device.name()} has it"):
        visits(beamline).close_visit(order())
    sibling = other.device.name()
    other.server.stop()
    with pytest.raises(CommandError, match=f"PathFixer {sibling} does not answer"):
        visits(beamline).close_visit(order())
    other.server.start()
    other.server.wait_ready()
    other.client.close_session()
    assert visits(beamline).close_visit(order())[0].endswith("is locked")
    with pytest.raises(CommandError, match="is locked since .* staff open it again"):
        other.client.open_session(**ICE)


def test_the_command_line_closes_lists_reopens_and_tells_the_archive(beamline):
    beamline.client.open_session(**ICE)
    beamline.client.close_session()
    device = ("--device", beamline.device.name())
    closed = scizoo("close", "20260101/20260914", "--reason", "measured", *device)
    assert (closed.returncode, closed.stdout.splitlines()[0]) == (0, "visit 20260101/20260914 is locked")
    again = scizoo("close", "20260101/20260914", *device)
    assert (again.returncode, again.stdout) == (1, "")
    assert "is locked already" in again.stderr
    refused = scizoo("reopen", "20260101/20260914", *device)
    assert "for a reason" in refused.stderr
    reopened = scizoo("reopen", str(visit_folder(beamline)), "--reason", "late frames", *device)
    assert "locks itself after" in reopened.stdout
    assert scizoo("list", *device).stdout.startswith(f"reopened  {visit_folder(beamline)}  since ")
    records = [json.loads(line) for line in scizoo("records", *device).stdout.splitlines()]
    assert [record["event"] for record in records] == ["opened", "closed", "locked", "reopened"]
    assert records[0]["proposal"]["title"] == "Ice"
    assert records[3]["reason"] == "late frames"


def test_it_is_partly_locked_until_the_rest_is_done_and_the_device_has_looked(beamline):
    beamline.client.open_session(**ICE)
    frames = visit_folder(beamline) / "raw/frames.h5"
    frames.touch()
    second = visit_folder(beamline).with_name("second-name.h5")
    os.link(frames, second)
    beamline.client.close_session()
    told = visits(beamline).close_visit(order())
    assert told[0] == "visit 20260101/20260914 is partly locked"
    assert told[-1].endswith(f"scizoo visit lock --as-root {visit_folder(beamline)}")
    wait_for(lambda: state(beamline) == "partly locked", 5, "shown")
    assert str(frames) in visits(beamline).visit_states()[0]
    second.unlink()
    done = scizoo("lock", "20260101/20260914", "--device", beamline.device.name())
    assert done.stdout.startswith("visit 20260101/20260914 is locked"), done.stderr
    wait_for(lambda: state(beamline) == "locked", 5, "shown")
    assert stat.S_IMODE(frames.stat().st_mode) == 0o440


def test_a_dead_macro_server_may_have_it(start_path_fixer, site, own_sardana):
    beamline = beamline_of(start_path_fixer(MacroServers=own_sardana.macro_server), site)
    beamline.client.open_session(**ICE)
    beamline.client.close_session()
    own_sardana.kill()
    with pytest.raises(CommandError, match=f"in use: {own_sardana.macro_server} may have it"):
        visits(beamline).close_visit(order())
    assert state(beamline) == "open"


def test_what_was_closed_is_closed_after_a_restart(beamline):
    beamline.client.open_session(**ICE)
    beamline.client.close_session()
    visits(beamline).close_visit(order())
    beamline.server.stop()
    beamline.server.start()
    beamline.server.wait_ready()
    assert state(beamline) == "locked"


@pytest.mark.needs_root
def test_root_locks_what_belongs_to_others_where_the_files_are(beamline):
    beamline.client.open_session(**ICE)
    beamline.client.close_session()
    folder = visit_folder(beamline)
    early = scizoo("lock", "--as-root", str(folder), "--root", str(beamline.site.root))
    assert early.returncode == 1
    assert "PathFixer closes it first" in early.stderr
    visits(beamline).close_visit(order())
    frames = folder / "raw/eiger.h5"
    frames.write_text("frames")
    os.chown(frames, 61004, 61020)
    frames.chmod(0o664)
    (finding,) = [one for one in beamline.client.check() if one.part == "lock"]
    assert not finding.ok
    rest = scizoo("lock", "--as-root", str(folder), "--root", str(beamline.site.root))
    assert rest.returncode == 0, rest.stderr
    assert (stat.S_IMODE(frames.stat().st_mode), frames.stat().st_uid) == (0o440, 61004)
    assert [one.ok for one in beamline.client.check() if one.part == "lock"] == [True]
    unasked = scizoo("reopen", "--as-root", str(folder), "--root", str(beamline.site.root))
    assert unasked.returncode == 1
    assert "PathFixer opens it first" in unasked.stderr


def test_killed_between_closing_and_locking_it_is_locked_by_the_next_life(start_path_fixer, site):
    server = start_path_fixer(fault="pathfixer.visit-closed:kill")
    beamline = beamline_of(server, site)
    beamline.client.open_session(**ICE)
    beamline.client.close_session()
    with suppress(tango.DevFailed):  # its end may come before the answer
        beamline.device.CloseVisit(order().model_dump_json())
    wait_for(lambda: not server.alive, 10, "killed")
    assert stat.S_IMODE(visit_folder(beamline).stat().st_mode) == 0o3770
    del server.variables["SCIZOO_FAULT"]
    server.start()
    server.wait_ready()
    wait_for(lambda: state(beamline) == "locked", 15, "locked")
    assert stat.S_IMODE(visit_folder(beamline).stat().st_mode) == 0o3550


def test_a_macro_that_runs_keeps_a_visit_open_whatever_scan_dir_says_by_now(scanning, begin_scan):
    scanning.client.open_session(**ICE)
    scanning.client.close_session()
    door = begin_scan(scanning.sardana).proxy
    with pytest.raises(CommandError, match="a macro runs on"):
        visits(scanning).close_visit(order())
    door.StopMacro()
    wait_for(lambda: door.state() != tango.DevState.RUNNING, 20, "the end of the scan")
    assert visits(scanning).close_visit(order())[0].endswith("is locked")
