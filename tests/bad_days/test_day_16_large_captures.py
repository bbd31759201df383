"""Day 16: twenty spectra of 4096 values and 20,000 files in one scan."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from scifish.messages import MAX_BYTES
from scifish.selection import Entry, Selection
from scizoo.services.capture_devices import SCI_FISH
from scizoo.services.device_server import Device, ModuleServer
from scizoo.services.system_packages import CHECKOUT
from tests.bad_days.harness.log_of_captures import LogOfCaptures
from tests.bad_days.harness.scans import NOISE_S, WAITS_S
from tests.bad_days.harness.spans import patience
from tests.bad_days.harness.spectra import LENGTH, NAMES, NUMBER
from tests.bad_days.harness.trial_beamline import CONSUMERS, TRIES, TrialBeamline
from tests.devices import device
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(900)

DEVICE = "bad/spectra/1"
FILES = 20_000
POINTS, DETECTORS = 100, 200
LIMIT_S = 180
BUSY = 1.5
"""Such a scan lasts long enough for a busy machine to be busier during the second than during the first."""


@pytest.fixture
def patient_consumers(beamline: TrialBeamline) -> Iterator[None]:
    """Consumers with a time-out like production's: merging 20,000 files takes MongoDB a second or two."""
    ordinary = beamline.configuration.read_text()
    for section in ("mongodb", "state_database", "scicat"):
        beamline.configure_consumers(section, timeout_s=30)
    _restart_consumers(beamline)
    try:
        yield
        fish = device(SCI_FISH)
        wait_for(lambda: fish.OldestUncataloguedAge == 0, LIMIT_S, "an answer to every part of them")
    finally:
        beamline.configuration.write_text(ordinary)
        _restart_consumers(beamline)


def _restart_consumers(beamline: TrialBeamline) -> None:
    for name in CONSUMERS:
        beamline.restart(name)


@pytest.fixture
def spectra(beamline: TrialBeamline) -> Iterator[None]:
    """A selection of twenty spectra is the active one, and START and END wait for all of them."""
    module, devices = "tests.bad_days.harness.spectra", [Device(DEVICE, "Spectra")]
    server = ModuleServer(
        beamline.parts.folder, beamline.parts.tango_db.address, "spectra", module, devices, "bad"
    )
    server.variables = {**server.variables, "PYTHONPATH": str(CHECKOUT)}
    entries = tuple(Entry(group="detector", name=name, device=DEVICE, attribute=name) for name in NAMES)
    try:
        server.start()
        server.wait_ready()
        beamline.select(Selection(name="spectra", author="test", comment="large", entries=entries))
        with patience(beamline):
            yield
    finally:
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
    fish = device(SCI_FISH)
    fish.set_timeout_millis(LIMIT_S * 1000)
    wait_for(lambda: beamline.selected() == "spectra", LIMIT_S, "the selection on the capture host")
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


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder with 20,000 files, where SciFly does not look."""
    for detector, point in product(range(DETECTORS), range(1, POINTS + 1)):
        (tmp_path / f"frame{detector:03d}_{point:04d}.h5").touch()
    return tmp_path


def test_twenty_spectra_and_twenty_thousand_files_in_one_scan(
    beamline: TrialBeamline, spectra: None, patient_consumers: None, frames: Path
) -> None:
    """As detectors tell them that save each image themselves."""
    beamline.scan_until(lambda dataset: dataset["selection"]["name"] == "spectra")
    pid = _scan_no_later(beamline, frames)
    (document,) = beamline.expect_catalogued([pid], limit_s=LIMIT_S)
    external = [file for file in document["files"] if file["role"] == "external"]
    assert len({file["path"] for file in external}) == len(external) == FILES
    assert all(file["complete"] for file in document["files"])
    assert document["points_recorded"] == POINTS
    _assert_spectra(document)


def _scan_no_later(beamline: TrialBeamline, frames: Path) -> str:
    """Scan without us and with us, again while ours takes too long; return the pid of the last one."""
    scan = ("scan_of_frames", frames, POINTS, DETECTORS)
    for _ in range(TRIES):
        with beamline.without_us():
            without_us = beamline.door.run(*scan, limit_s=LIMIT_S).duration_s
        beamline.catalogues.begin_test()
        took = beamline.door.run(*scan, limit_s=LIMIT_S).duration_s
        (pid,) = wait_for(beamline.catalogues.new_pids, LIMIT_S, "its dataset")
        if took <= without_us * BUSY + WAITS_S + NOISE_S:
            return pid
    pytest.fail(f"{took:.2f} s, without us {without_us:.2f} s")


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
