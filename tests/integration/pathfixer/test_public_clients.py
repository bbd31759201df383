"""The call sequences of the public MAX IV clients, on the names and in the manner they use.

contrast's ``ScicatRecorder`` and data environment, and MXCuBE's ``SciCatPlugin``, read ``path`` and
``SamplePath`` and write ``Sample``; they retry ten times on DevFailed, then use a cached path. So a
closed PathFixer answers empty and never with an exception.
"""

import os
import threading
import time
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import tango

from scifish.session import parse_session
from tests.devices import device
from tests.quickness import median_seconds
from tests.waiting import wait_for


class ContrastDataEnvironment:
    """contrast's SdmPathFixer, call for call."""

    def __init__(self, name: str) -> None:
        self.proxy = device(name)
        self.cache = "/tmp/cached-by-an-earlier-scan"

    @property
    def path(self) -> str:
        for _ in range(10):
            try:
                self.cache = self.proxy.SamplePath
                return self.cache
            except tango.DevFailed:
                time.sleep(0.01)  # the client's own pace between its ten tries
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
    client = device(beamline.device.name().upper())
    client.Sample = "lysozyme"
    assert client.read_attribute("Sample").value == "lysozyme"
    wait_for(lambda: client.SamplePath == f"{client.path}/lysozyme", 5, "SamplePath follows")
    values = client.read_attributes(["path", "samplepath"])
    assert [value.value for value in values] == [client.path, f"{client.path}/lysozyme"]


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


def test_mxcube_s_catalogue_plugin_asks_by_names_in_any_case(beamline):
    """It reads what it was configured with, on a device name in capitals, one attribute after another."""
    beamline.client.open_session("carlcarl", "20260101", visit="20260914", sample="lysozyme")
    client = device(beamline.device.name().upper())
    for name in ("PATH", "Path", "path"):
        assert client.read_attribute(name).value == beamline.device.path
    for name in ("SAMPLEPATH", "SamplePath", "samplepath"):
        assert client.read_attribute(name).value == f"{beamline.device.path}/lysozyme"
    client.write_attribute("SAMPLE", "thaumatin")
    wait_for(lambda: client.samplepath.endswith("/raw/thaumatin"), 5, "the sample")


@pytest.fixture
def slow_office(tmp_path: Path) -> Path:
    """A user office that never answers."""
    fifo = tmp_path / "office.fifo"
    os.mkfifo(fifo)
    return fifo


def test_reads_stay_fast_while_the_user_office_hangs(beamline, slow_office):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914", sample="ice")
    old = {name: beamline.device.read_attribute(name).value for name in READ}
    beamline.site.office.unlink()
    beamline.site.office.symlink_to(slow_office)
    beamline.server.restart()
    device = beamline.server.proxy()
    job = device.OpenSession('{"username": "gracehop", "proposal": "20260102"}')
    wait_for(lambda: device.state() == tango.DevState.RUNNING, 5, "RUNNING")
    for name, value in old.items():
        assert median_seconds(partial(device.read_attribute, name), 0.005) < 0.005, name
        assert device.read_attribute(name).value == value, "until the commit the old session is shown"
    with pytest.raises(tango.DevFailed, match="opening a session for 20260102"):
        device.Sample = "water"
    assert job in device.JobState[-1]


READ = ("path", "SamplePath", "ProcessPath", "Sample", "Proposal", "Session")


def test_no_read_of_several_attributes_sees_half_a_switch(beamline):
    seen: list[tuple[str, str, str]] = []
    stopped = threading.Event()

    def read() -> None:
        client = device(beamline.device.name())
        with tango.EnsureOmniThread():
            while not stopped.is_set():
                values = client.read_attributes(["Proposal", "path", "Session"])
                seen.append(tuple(value.value for value in values))

    def wait_until_read(proposal: str) -> None:
        wait_for(lambda: seen and seen[-1][0] == proposal, 10, f"{proposal or 'the closed session'} was read")

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for user, proposal in 3 * (("carlcarl", "20260101"), ("gracehop", "20260102")):
        beamline.client.open_session(user, proposal, visit="20260914")
        wait_until_read(proposal)
    beamline.client.close_session()
    wait_until_read("")
    stopped.set()
    reader.join(60)
    for proposal, path, text in set(seen):
        session = parse_session(text)
        assert (session.proposal or "", session.path) == (proposal, path)


def test_sample_is_shown_within_20_ms(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    numbers = count(1)

    def change() -> None:
        number = next(numbers)
        beamline.device.Sample = f"s{number}"
        assert beamline.device.Sample == f"s{number}"

    assert median_seconds(change, 0.02, 11) < 0.02
    last = f"/raw/s{next(numbers) - 1}"
    wait_for(lambda: beamline.device.SamplePath.endswith(last), 5, "its folder follows")
