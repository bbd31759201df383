"""Day 16: twenty spectra of 4096 values and 20,000 files in one scan."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import tango

from scidog.client import SciDogClient
from scifish.messages import MAX_BYTES
from scifish.selection import Entry, Selection
from scizoo.demo.selection import SELECTION
from scizoo.services.capture_devices import SCI_DOG, SCI_FISH
from scizoo.services.device_server import Device, ModuleServer
from scizoo.services.system_packages import CHECKOUT
from tests.bad_days.harness.log_of_captures import LogOfCaptures
from tests.bad_days.harness.spectra import LENGTH, NAMES, NUMBER
from tests.bad_days.harness.trial_beamline import CONSUMERS, TrialBeamline
from tests.waiting import wait_for

DEVICE = "bad/spectra/1"
FILES = 20_000
LIMIT_S = 60


@pytest.fixture
def patient_consumers(beamline: TrialBeamline) -> Iterator[None]:
    """Consumers with a time-out like production's: merging 20,000 files takes MongoDB a second or two."""
    _set_timeout(beamline, 20)
    yield
    _set_timeout(beamline, 2)


def _set_timeout(beamline: TrialBeamline, seconds: int) -> None:
    for section in ("mongodb", "state_database"):
        beamline.configure_consumers(section, timeout_s=seconds)
    for name in CONSUMERS:
        beamline.restart(name)


@pytest.fixture
def spectra(beamline: TrialBeamline) -> Iterator[None]:
    """A selection of twenty spectra is the active one."""
    module, device = "tests.bad_days.harness.spectra", Device(DEVICE, "Spectra")
    server = ModuleServer(
        beamline.parts.folder, beamline.parts.tango_db.address, "spectra", module, [device], "bad"
    )
    server.variables = {**server.variables, "PYTHONPATH": str(CHECKOUT)}
    dog = SciDogClient(SCI_DOG)
    entries = tuple(Entry(group="detector", name=name, device=DEVICE, attribute=name) for name in NAMES)
    try:
        server.start()
        server.wait_ready()
        dog.switch(dog.save(Selection(name="spectra", author="test", comment="large", entries=entries)).name)
        yield
    finally:
        dog.switch(SELECTION.name)
        server.stop()


def test_a_scan_with_twenty_spectra(beamline: TrialBeamline, spectra: None) -> None:
    scans = [beamline.scan()]
    wait_for(lambda: _is_of_spectra(beamline, scans), LIMIT_S, "a scan with the new selection")
    *_, document = beamline.expect_catalogued(scans)
    _assert_spectra(document)
    records = LogOfCaptures(beamline.parts.kafka.address, beamline.configuration).of(document["_id"])
    assert all(len(record.value or b"") <= MAX_BYTES for record in records)


def test_twenty_spectra_and_twenty_thousand_files_in_one_capture(
    beamline: TrialBeamline, spectra: None, patient_consumers: None
) -> None:
    """As a detector's program tells them; every file stands once in either catalogue."""
    fish = tango.DeviceProxy(SCI_FISH)
    fish.set_timeout_millis(20_000)
    known = wait_for(lambda: _active(beamline) == "spectra", LIMIT_S, "the selection on the capture host")
    assert known
    begin = {"program": "eiger", "title": "20,000 frames", "source_folder": str(beamline.scan_dir)}
    pid = fish.StartCapture(json.dumps(begin))
    files = [{"path": f"frames/{n:05d}.cbf", "size": 4096 + n, "complete": True} for n in range(FILES)]
    fish.EndCapture(json.dumps({"pid": pid, "files": files}))
    scan = beamline.scan()
    documents = beamline.expect_catalogued([pid, scan], limit_s=LIMIT_S)
    assert {file["path"] for file in documents[0]["files"]} == {file["path"] for file in files}
    assert len(documents[0]["files"]) == FILES
    assert documents[0]["complete"]
    _assert_spectra(documents[0])


def _assert_spectra(document: dict[str, Any]) -> None:
    """Each spectrum is there, whole or summarised, and what was summarised is said."""
    leaves = document["values"]["detector"]
    assert sorted(leaves) == sorted(NAMES)
    whole = [leaf for leaf in leaves.values() if isinstance(leaf["value"], list)]
    summarised = [leaf["value"] for leaf in leaves.values() if isinstance(leaf["value"], dict)]
    assert len(whole) + len(summarised) == NUMBER
    assert summarised, "more than fits one message"
    assert all(len(leaf["value"]) == LENGTH for leaf in whole)
    assert all(each["shape"] == [LENGTH] and 0 <= each["min"] <= each["mean"] <= 1 for each in summarised)
    said = [failure["reason"] for failure in document["failures"] if "summarised" in failure["reason"]]
    assert len([reason for reason in said if reason.startswith("values/")]) == len(summarised)


def _is_of_spectra(beamline: TrialBeamline, scans: list[Any]) -> bool:
    document = wait_for(lambda: beamline.catalogues.dataset(scans[-1]) or {}, LIMIT_S, "its dataset")
    if (document.get("selection") or {}).get("name") == "spectra":
        return True
    scans.append(beamline.scan())
    return False


def _active(beamline: TrialBeamline) -> str:
    """Return the name of the selection that the capture host's producers know."""
    [path] = beamline.parts.folder.capture_host.glob("selection-*.json")
    return str(json.loads(json.loads(path.read_text())["text"])["name"])
