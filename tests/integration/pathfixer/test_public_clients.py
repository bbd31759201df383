"""The call sequences of the public MAX IV clients, on the names and in the manner they use.

contrast's ``ScicatRecorder`` and data environment, and MXCuBE's ``SciCatPlugin``, read ``path`` and
``SamplePath`` and write ``Sample``; they retry ten times on DevFailed, then use a cached path. So a
closed PathFixer answers empty and never with an exception.
"""

import time

import pytest
import tango

from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)


class ContrastDataEnvironment:
    """contrast's SdmPathFixer, call for call."""

    def __init__(self, device: str) -> None:
        self.proxy = tango.DeviceProxy(device)
        self.cache = "/tmp/cached-by-an-earlier-scan"

    @property
    def path(self) -> str:
        for _ in range(10):
            try:
                self.cache = self.proxy.SamplePath
                return self.cache
            except tango.DevFailed:
                time.sleep(0.01)
        return self.cache


def test_contrast_gets_the_sample_path(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914", sample="ice")
    assert ContrastDataEnvironment(beamline.device.name()).path.endswith("/20260914/raw/ice")


def test_contrast_never_falls_back_on_a_cached_path(beamline):
    contrast = ContrastDataEnvironment(beamline.device.name())
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    assert contrast.path
    beamline.client.close_session()
    assert contrast.path == ""


def test_mxcube_sets_the_sample_and_reads_both_paths(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    device = tango.DeviceProxy(beamline.device.name().upper())
    device.Sample = "lysozyme"
    assert device.read_attribute("Sample").value == "lysozyme"
    wait_for(lambda: device.SamplePath == f"{device.path}/lysozyme", 5, "SamplePath follows")
    values = device.read_attributes(["path", "samplepath"])
    assert [value.value for value in values] == [device.path, f"{device.path}/lysozyme"]


def test_a_client_that_listens_hears_every_change(beamline):
    heard: dict[str, list[str]] = {"path": [], "SamplePath": [], "Session": []}
    watches = [
        beamline.device.subscribe_event(
            name,
            kind,
            lambda event, name=name: None if event.err else heard[name].append(event.attr_value.value),
        )
        for name in heard
        for kind in (tango.EventType.CHANGE_EVENT, tango.EventType.ARCHIVE_EVENT)
    ]
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    path = beamline.device.path
    wait_for(
        lambda: all(values.count(path) == 2 for values in (heard["path"], heard["SamplePath"])), 5, heard
    )
    wait_for(lambda: sum('"revision": 1' in text for text in heard["Session"]) == 2, 5, "both kinds of event")
    for watch in watches:
        beamline.device.unsubscribe_event(watch)


def test_reads_stay_fast_while_the_user_office_hangs(start_path_fixer, site, tmp_path):
    import os

    fifo = tmp_path / "office.fifo"
    os.mkfifo(fifo)
    device = start_path_fixer(UserOfficeSettings=f"file={fifo}").proxy()
    job = device.OpenSession('{"username": "carlcarl", "proposal": "20260101"}')
    wait_for(lambda: device.state() == tango.DevState.RUNNING, 5, "RUNNING")
    took = []
    for _ in range(50):
        start = time.perf_counter()
        assert device.path == ""
        took.append(time.perf_counter() - start)
    assert sorted(took)[25] < 0.005
    assert job in device.JobState[0]
