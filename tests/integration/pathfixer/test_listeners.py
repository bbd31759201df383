"""Any device may follow the session: its attributes are written from templates."""

from collections.abc import Iterator

import pytest
import tango

from scizoo.services.device_server import Device, ModuleServer
from tests.integration.pathfixer.conftest import Beamline, beamline_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)

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
    server = ModuleServer(
        run_folder,
        tango_db.address,
        "detectors",
        "pathfixer.testing.detector",
        devices,
        executable="Detector",
    )
    server.start()
    server.wait_ready()
    yield server
    server.stop()


@pytest.fixture
def eiger(detectors) -> tango.DeviceProxy:
    proxy = tango.DeviceProxy(DETECTORS[0])
    proxy.Init()
    return proxy


@pytest.fixture
def pilatus(detectors) -> tango.DeviceProxy:
    proxy = tango.DeviceProxy(DETECTORS[1])
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


def test_one_that_refuses_is_an_alarm_with_its_name_and_tried_again(listened, eiger):
    wait_for(lambda: eiger.FilePath == listened.site.unowned, 5, "at rest")
    eiger.Begin()
    listened.client.open_session(**ICE)
    assert listened.client.session().state == "open"
    wait_for(lambda: listened.device.state() == tango.DevState.ALARM, 5, "ALARM")
    assert "test/det/eiger/FilePath: cannot be written: it measures" in listened.device.status()
    assert any("(cannot be written: it measures)" in line for line in listened.device.Listeners)
    found = {(one.part, one.ok) for one in listened.client.check() if "eiger" in one.finding}
    assert found == {("listeners", False)}
    eiger.End()
    wait_for(lambda: eiger.FilePath == listened.device.path, 5, "written as soon as it lets us")
    wait_for(lambda: listened.device.state() == tango.DevState.ON, 5, "ON")


def test_a_dead_detector_holds_nobody_up(listened, eiger, pilatus, detectors):
    detectors.kill()
    try:
        listened.client.open_session(**ICE)
        wait_for(lambda: listened.device.state() == tango.DevState.ALARM, 10, "ALARM")
        for line in LISTENERS:
            assert line.partition("=")[0] in listened.device.status()
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
