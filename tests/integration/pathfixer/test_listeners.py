"""Any device may follow the session: its attributes are written from templates."""

from collections.abc import Iterator

import pytest
import tango

from scizoo.services.device_server import Device, ModuleServer
from tests.devices import device
from tests.integration.pathfixer.conftest import Beamline, Scanning, beamline_of
from tests.serving import serving
from tests.waiting import wait_for

DETECTORS = ("test/det/eiger", "test/det/pilatus")
ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}
LISTENERS = [
    "test/det/eiger/FilePath={path}/{sample} | {unowned_path}",
    "test/det/eiger/Number=1 | 0",
    "test/det/pilatus/FilePath={process_path}",
]


@pytest.fixture(scope="module")
def detectors(run_folder, tango_db) -> Iterator[ModuleServer]:
    """Two detectors in one server."""
    devices = [Device(name, "Detector") for name in DETECTORS]
    module = "pathfixer.testing.detector"
    yield from serving(
        ModuleServer(run_folder, tango_db.address, "detectors", module, devices, executable="Detector")
    )


@pytest.fixture
def eiger(detectors) -> tango.DeviceProxy:
    proxy = device(DETECTORS[0])
    proxy.Init()
    return proxy


@pytest.fixture
def pilatus(detectors) -> tango.DeviceProxy:
    proxy = device(DETECTORS[1])
    proxy.Init()
    return proxy


@pytest.fixture
def listened(start_path_fixer, site, eiger, pilatus) -> Beamline:
    return beamline_of(start_path_fixer(Listeners=LISTENERS), site)


def test_a_detector_follows_session_and_sample_and_is_cleared(listened, eiger, pilatus):
    listened.client.open_session(**ICE)
    raw = listened.device.path
    wait_for(lambda: (eiger.FilePath, eiger.Number) == (raw, 1), 5, "the detector follows")
    wait_for(lambda: pilatus.FilePath == listened.device.ProcessPath, 5, "the other one too")
    listened.client.set_sample("ice/i1")
    wait_for(lambda: eiger.FilePath == f"{raw}/ice/i1", 5, "the sample's folder")
    told = (
        f"test/det/eiger/FilePath: {raw}/ice/i1",
        "test/det/eiger/Number: 1",
        f"test/det/pilatus/FilePath: {listened.device.ProcessPath}",
    )
    wait_for(lambda: listened.device.Listeners == told, 5, "the result per target")
    assert pilatus.Writes == 1, "written only on difference"
    listened.client.close_session()
    wait_for(lambda: eiger.FilePath == listened.site.unowned, 5, "without a session")
    wait_for(lambda: (pilatus.FilePath, eiger.Number) == ("", 0), 5, "cleared")


@pytest.fixture
def scanned(start_path_fixer, site, sardana, only_global_scan_dir, eiger, begin_scan) -> Scanning:
    """A detector and Sardana follow; a scan runs on the second Door until the test is over."""
    server = start_path_fixer(
        MacroServers=sardana.macro_server, Listeners="test/det/eiger/FilePath={path}/{sample}"
    )
    scanning = Scanning(**vars(beamline_of(server, site)), sardana=sardana)
    scanning.client.open_session(**ICE)
    wait_for(lambda: eiger.FilePath == scanning.device.path, 5, "the detector follows")
    begin_scan(sardana, 2)
    return scanning


def test_a_sample_changed_under_a_scan_reaches_a_detector_when_that_has_ended(scanned, sardana, eiger):
    raw = scanned.device.path
    scanned.client.set_sample("ice")
    wait_for(lambda: scanned.scan_dir == f"{raw}/ice", 5, "ScanDir counts from the next scan on")
    told = (f"test/det/eiger/FilePath: {raw} (waits for the macro on door/demo/2)",)
    wait_for(lambda: scanned.device.Listeners == told, 5, "told")
    wait_for(lambda: scanned.device.state() == tango.DevState.ON, 5, "no alarm")
    assert eiger.FilePath == raw
    sardana.door(2).proxy.StopMacro()
    wait_for(lambda: eiger.FilePath == f"{raw}/ice", 10, "the scan has ended")
    wait_for(lambda: scanned.device.Listeners == (f"test/det/eiger/FilePath: {raw}/ice",), 5, "told")


def test_a_sample_that_a_macro_changes_reaches_a_detector_at_once(scanned, sardana, eiger):
    sardana.door(1).run("newsample", "ice")
    wait_for(lambda: eiger.FilePath == f"{scanned.device.path}/ice", 5, "the detector follows")
    assert sardana.door(2).proxy.state() == tango.DevState.RUNNING


def test_a_forced_switch_reaches_a_detector_at_once(scanned, sardana, eiger):
    scanned.client.open_session(**ICE, sample="water", force_reason="the scan hangs")
    wait_for(lambda: eiger.FilePath == f"{scanned.device.path}/water", 5, "the detector follows")
    assert sardana.door(2).proxy.state() == tango.DevState.RUNNING


def test_one_that_refuses_is_an_alarm_with_its_name_and_tried_again(listened, eiger):
    wait_for(lambda: eiger.FilePath == listened.site.unowned, 5, "at rest")
    eiger.Begin()
    listened.client.open_session(**ICE)
    assert listened.client.session().state == "open"
    told = "test/det/eiger/FilePath: cannot be written: it measures"
    wait_for(lambda: told in listened.device.status(), 5, "the reason")
    wait_for(lambda: "(cannot be written: it measures)" in str(listened.device.Listeners), 5, "at its target")
    assert listened.device.state() == tango.DevState.ALARM
    found = {(one.part, one.ok) for one in listened.client.check() if "eiger" in one.finding}
    assert found == {("listeners", False)}
    eiger.End()
    wait_for(lambda: eiger.FilePath == listened.device.path, 5, "written as soon as it lets us")
    wait_for(lambda: listened.device.state() == tango.DevState.ON, 5, "ON")


def test_a_dead_detector_holds_nobody_up(listened, eiger, pilatus, detectors):
    detectors.kill()
    try:
        listened.client.open_session(**ICE)
        for line in LISTENERS:
            target = line.partition("=")[0]
            wait_for(lambda target=target: target in listened.device.status(), 20, target)
        assert listened.device.state() == tango.DevState.ALARM
    finally:
        detectors.start()
        detectors.wait_ready()
    wait_for(lambda: eiger.FilePath == listened.device.path, 20, "it follows when it is back")


def test_what_somebody_else_writes_is_told_and_put_back_if_the_site_wants(
    start_path_fixer, site, eiger, listened
):
    listened.client.open_session(**ICE)
    wait_for(lambda: eiger.FilePath == listened.device.path, 5, "the detector follows")
    wait_for(lambda: listened.device.state() == tango.DevState.ON, 5, "ON")
    eiger.FilePath = "/elsewhere"
    wait_for(lambda: "reads '/elsewhere' instead of" in listened.device.status(), 5, "told")
    assert eiger.FilePath == "/elsewhere"
    database = tango.Database()
    database.put_device_property(listened.device.name(), {"PutBack": ["true"]})
    listened.device.Init()
    wait_for(lambda: eiger.FilePath == listened.device.path, 10, "put back")


def test_an_endstation_takes_only_its_own_detectors(start_path_fixer, site, eiger, pilatus):
    stations = ["EA01=; listeners=test/det/eiger/FilePath"]
    listeners = ["test/det/eiger/FilePath={path}", "test/det/pilatus/FilePath={path}"]
    beamline = beamline_of(start_path_fixer(Listeners=listeners, Endstations=stations), site)
    beamline.client.open_session(**ICE, endstation="EA01")
    wait_for(lambda: eiger.FilePath == beamline.device.path, 5, "the endstation's detector")
    wait_for(lambda: beamline.device.Listeners[1] == "test/det/pilatus/FilePath: ", 5, "not the other")
    assert pilatus.FilePath == ""
    beamline.client.open_session(**ICE)
    wait_for(lambda: pilatus.FilePath == beamline.device.path, 5, "the whole beamline")
