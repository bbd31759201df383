"""ScanDir in a real Sardana follows the session; no scan ever goes to the last proposal."""

import os
import signal
from pathlib import Path

import pytest
import tango

from pathfixer.sardana import MacroServerEnvironment
from tests.devices import device
from tests.integration.pathfixer.conftest import Scanning, beamline_of
from tests.processes import freeze
from tests.waiting import wait_for


def open_ice(scanning: Scanning, sample: str = "") -> None:
    scanning.open(username="carlcarl", proposal="20260101", visit="20260914", sample=sample)


def test_scan_dir_is_the_sample_path_as_soon_as_the_session_is_open(scanning):
    open_ice(scanning, "ice")
    assert scanning.scan_dir == scanning.device.SamplePath
    scanning.client.set_sample("water/w1")
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 5, "ScanDir follows")
    assert scanning.device.SamplePath.endswith("/raw/water/w1")
    wait_for(lambda: scanning.device.state() == tango.DevState.ON, 5, "ON")
    told = (f"{scanning.sardana.macro_server}: {scanning.scan_dir}",)
    wait_for(lambda: scanning.device.ScanDirs == told, 5, "ScanDirs tells it")


def test_a_scan_saves_its_file_in_the_session(scanning):
    open_ice(scanning)
    scan(scanning)
    assert (Path(scanning.device.path) / "scans.h5").is_file()


def test_after_closing_a_scan_leaves_nothing_in_the_old_tree(scanning):
    open_ice(scanning, "ice")
    old = Path(scanning.device.path)
    scanning.close()
    scan(scanning)
    assert files_in(old) == []
    assert files_in(Path(scanning.site.unowned)) == [Path(scanning.site.unowned, "scans.h5")]


@pytest.mark.parametrize("scope", ["Door/demo/1", "ascan", "Door/demo/1.ascan"])
def test_closing_takes_the_proposals_folder_out_of_every_scope(scanning, scope):
    open_ice(scanning)
    old = Path(scanning.device.path)
    (old / "here").mkdir()
    scanning.environment.change({f"{scope}.ScanDir": f"{old}/here"}, ())
    scan(scanning)
    assert files_in(old) == [old / "here/scans.h5"], "the scope counts"
    scanning.client.close_session()
    wanted = {"ScanDir": scanning.site.unowned}
    wait_for(lambda: scanning.environment.scan_dirs() == wanted, 60, "nothing but the unowned folder")
    before = (old / "here/scans.h5").read_bytes()
    scan(scanning)
    assert files_in(old) == [old / "here/scans.h5"]
    assert (old / "here/scans.h5").read_bytes() == before
    assert files_in(Path(scanning.site.unowned)) == [Path(scanning.site.unowned, "scans.h5")]


def scan(scanning: Scanning) -> None:
    """Run an ascan on the first Door."""
    scanning.sardana.door().run("ascan", "mot01", "0", "1", "2", "0.01")


def files_in(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_a_user_sets_is_an_alarm_and_tolerated(scanning, tmp_path):
    open_ice(scanning)
    scanning.sardana.door().run("senv", "ScanDir", str(tmp_path))
    wait_for(lambda: scanning.device.state() == tango.DevState.ALARM, 5, "ALARM")
    assert str(tmp_path) in scanning.device.status()
    assert scanning.scan_dir == str(tmp_path)
    scanning.sardana.door().run("senv", "ScanDir", scanning.device.SamplePath)
    wait_for(lambda: scanning.device.state() == tango.DevState.ON, 5, "ON again")


def test_a_narrower_scope_outside_the_session_is_an_alarm(scanning, tmp_path):
    open_ice(scanning)
    scanning.sardana.door().run("senv", "Door/demo/1.ScanDir", str(tmp_path))
    wait_for(lambda: scanning.device.state() == tango.DevState.ALARM, 5, "ALARM")
    assert "door/demo/1.scandir" in scanning.device.status().lower()
    scanning.sardana.door().run("usenv", "Door/demo/1.ScanDir")
    wait_for(lambda: scanning.device.state() == tango.DevState.ON, 5, "ON again")


@pytest.mark.parametrize("scope", ["Door/demo/1", "ascan", "Door/demo/1.ascan"])
def test_each_scope_is_shown_and_then_put_back_if_the_site_wants(scanning, tmp_path, scope):
    open_ice(scanning)
    scanning.environment.change({f"{scope}.ScanDir": str(tmp_path)}, ())
    wait_for(lambda: f"{scope}.scandir".lower() in scanning.device.status().lower(), 5, "shown")
    wait_for(lambda: scanning.device.state() == tango.DevState.ALARM, 5, "ALARM")
    put_back(scanning)
    wanted = {"ScanDir": scanning.device.SamplePath}
    wait_for(lambda: scanning.environment.scan_dirs() == wanted, 10, "put back")


def put_back(scanning: Scanning) -> None:
    """Let PathFixer undo what users change from now on."""
    tango.Database().put_device_property(scanning.device.name(), {"PutBack": ["true"]})
    scanning.device.Init()


def look_at_scan_dir(scanning: Scanning, elsewhere: Path) -> None:
    """Return when PathFixer has looked at Sardana's environment since."""
    scope = "ct.ScanDir"
    scanning.environment.change({scope: str(elsewhere)}, ())
    wait_for(lambda: scope.lower() in scanning.device.status().lower(), 30, f"{scope} told")
    scanning.environment.change({}, (scope,))
    wait_for(lambda: scope.lower() not in scanning.device.status().lower(), 30, f"{scope} gone")


def test_an_old_copy_of_expconf_is_told_with_the_scan_numbers_that_come_again(scanning, tmp_path):
    open_ice(scanning, "old")
    scan(scanning)  # a Sardana that has never scanned has no ScanID
    environment = scanning.environment.read()
    old = {name: environment[name] for name in ("ScanDir", "ScanID", "ScanFile")}
    scanning.client.set_sample("new")
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 5, "ScanDir follows")
    scan(scanning)
    wait_for(lambda: scanning.environment.read()["ScanID"] > old["ScanID"], 5, "a scan's number")
    look_at_scan_dir(scanning, tmp_path)
    scanning.environment.change(old, ())
    for words in (
        "ScanID went back from",
        f"to {old['ScanID']}",
        f"ScanDir was set back to {old['ScanDir']}",
    ):
        wait_for(lambda words=words: words in scanning.device.status(), 5, words)
    assert scanning.scan_dir == old["ScanDir"], "tolerated"
    put_back(scanning)
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 10, "put back")


def test_the_folder_for_unowned_scans_is_looked_for_all_the_time(scanning):
    wait_for(lambda: scanning.device.state() == tango.DevState.STANDBY, 5, "STANDBY")
    folder = Path(scanning.site.unowned)
    for entry in folder.iterdir():
        entry.unlink()
    folder.rmdir()
    wait_for(lambda: scanning.device.state() == tango.DevState.FAULT, 60, "FAULT within a minute")
    assert scanning.site.unowned in scanning.device.status()
    folder.mkdir()
    wait_for(lambda: scanning.device.state() == tango.DevState.STANDBY, 60, "as soon as it is back")


def test_without_a_session_scan_dir_is_verified_all_the_time(scanning):
    open_ice(scanning)
    old = scanning.device.SamplePath
    scanning.close()
    scanning.sardana.door().run("senv", "ScanDir", old)
    wait_for(lambda: scanning.scan_dir == scanning.site.unowned, 5, "not the last proposal")
    scanning.sardana.door().run("usenv", "ScanDir")
    wait_for(lambda: scanning.scan_dir == scanning.site.unowned, 5, "not unset")


def test_scan_file_is_the_site_s_at_opening(start_path_fixer, site, sardana, only_global_scan_dir):
    before = MacroServerEnvironment(sardana.macro_server).read()["ScanFile"]
    server = start_path_fixer(MacroServers=sardana.macro_server, ScanFile="{proposal}_{visit}.h5")
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=sardana)
    try:
        open_ice(scanning)
        told = "20260101_20260914.h5"
        wait_for(lambda: scanning.environment.read()["ScanFile"] == told, 30, f"ScanFile {told}")
        sardana.door().run("ascan", "mot01", "0", "1", "2", "0.01")
        assert (Path(scanning.device.path) / "20260101_20260914.h5").is_file()
    finally:
        scanning.environment.change({"ScanFile": before}, ())


def test_what_a_user_set_is_still_his_after_a_restart(scanning, tmp_path):
    open_ice(scanning)
    scanning.sardana.door().run("senv", "ScanDir", str(tmp_path))
    scanning.server.restart()
    wait_for(lambda: str(tmp_path) in scanning.device.status(), 10, "override told")
    assert scanning.scan_dir == str(tmp_path)
    scanning.client.set_sample("ice")
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 5, "ScanDir follows the sample")


def test_what_a_user_sets_is_put_back_when_the_site_wants_it(start_path_fixer, site, sardana, tmp_path):
    server = start_path_fixer(MacroServers=sardana.macro_server, PutBack="true")
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=sardana)
    open_ice(scanning)
    sardana.door().run("senv", "ScanDir", str(tmp_path))
    sardana.door().run("senv", "Door/demo/2.ScanDir", str(tmp_path))
    wanted = {"ScanDir": scanning.device.SamplePath}
    wait_for(lambda: scanning.environment.scan_dirs() == wanted, 5, "put back")


def test_scan_dir_is_written_only_on_difference(scanning):
    open_ice(scanning)
    told: list[str] = []

    def note(event: tango.EventData) -> None:
        told.append(str(event.errors if event.err else event.attr_value.value))

    macro_server = device(scanning.sardana.macro_server)
    watch = macro_server.subscribe_event("Environment", tango.EventType.CHANGE_EVENT, note)
    try:
        first = len(told)
        for number in ("first", "second"):  # what comes of the check comes between the two
            scanning.sardana.door().run("senv", "Unrelated", number)
            wait_for(lambda number=number: any(number in text for text in told[first:]), 30, "told of senv")
            scanning.client.check()
        assert not [text for text in told[first:] if "ScanDir" in text]
    finally:
        macro_server.unsubscribe_event(watch)


def test_a_dead_macro_server_is_named_and_follows_when_it_is_back(
    start_path_fixer, site, sardana, own_sardana
):
    names = f"{sardana.macro_server}\n{own_sardana.macro_server}".splitlines()
    server = start_path_fixer(MacroServers=names)
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=own_sardana)
    wait_for(lambda: scanning.device.state() == tango.DevState.STANDBY, 10, "STANDBY")
    own_sardana.kill()
    complaints = scanning.client.open_session(
        "carlcarl", "20260101", visit="20260914", force_reason="that Sardana was killed"
    )
    assert len([text for text in complaints if own_sardana.macro_server in text]) == 1
    assert scanning.device.state() == tango.DevState.ALARM
    assert own_sardana.macro_server in scanning.device.status()
    assert scanning.client.session().state == "open"
    healthy = Scanning(**vars(beamline_of(server, site)), sardana=sardana)
    healthy.wait_followed(scanning.device.SamplePath)
    own_sardana.start()
    own_sardana.wait_ready()
    wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 20, "the MacroServer follows")
    wait_for(lambda: scanning.device.state() == tango.DevState.ON, 5, "ON")


def test_a_frozen_macro_server_is_named_and_follows_when_it_goes_on(start_path_fixer, site, own_sardana):
    server = start_path_fixer(MacroServers=own_sardana.macro_server)
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=own_sardana)
    open_ice(scanning)
    freeze(own_sardana.pid)
    try:
        [complaint] = scanning.client.close_session(force_reason="Sardana is frozen", asked_by="lismei")
        assert complaint.startswith(f"{own_sardana.macro_server}: ")
        assert scanning.device.state() == tango.DevState.ALARM
        assert f"{own_sardana.macro_server}: " in scanning.device.status()
    finally:
        os.kill(own_sardana.pid, signal.SIGCONT)
    wait_for(lambda: scanning.scan_dir == site.unowned, 20, "the MacroServer follows")
    wait_for(lambda: scanning.device.state() == tango.DevState.STANDBY, 5, "STANDBY")


def test_an_endstation_takes_only_its_own_macro_servers(start_path_fixer, site, sardana):
    server = start_path_fixer(MacroServers="", Endstations=[f"EA01={sardana.macro_server}", "EA02="])
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=sardana)
    scanning.client.open_session("carlcarl", "20260101", visit="20260914", endstation="EA02")
    wait_for(lambda: scanning.scan_dir == site.unowned, 5, "not in this session")
    for endstation in ("EA01", "None"):
        scanning.client.open_session("carlcarl", "20260101", visit="20260914", endstation=endstation)
        wait_for(lambda: scanning.scan_dir == scanning.device.SamplePath, 5, "ScanDir follows")
        assert scanning.device.Endstation == endstation
        scanning.client.close_session()
    with pytest.raises(Exception, match="there is: None, EA01, EA02"):
        scanning.client.open_session("carlcarl", "20260101", endstation="EA03")
