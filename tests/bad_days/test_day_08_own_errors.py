"""Day 8: the recorder's own code raises, in every method; our package cannot be imported at all."""

from pathlib import Path

import h5py
import pytest

from scifish.captures import list_captures
from scifish.state_folder import StateFolder
from tests.bad_days.harness.sardana_trials import fault_in_sardana
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.trial_beamline import TrialBeamline

PLACES = ["init", "start", "started", "record", "end", "ending", "ended"]
CONTINUOUS = ("ascanct", "mot01", 0, 1, 4, 0.02)


def continuous_scan(beamline: TrialBeamline) -> tuple[str, int]:
    """Run a continuous scan, see that its file has its end, and return the ScanID and the rows there."""
    beamline.door.run(*CONTINUOUS)
    with h5py.File(beamline.scan_dir / "scans.h5", "r", locking=False) as file:
        name = max(file, key=lambda entry: int(entry.removeprefix("entry")))
        rows = len(file[name]["measurement/mot01"])  # a busy Sardana skips some, also without us
        assert (rows > 0, "end_time" in file[name]) == (True, True)
    return str(name.removeprefix("entry")), rows


def pid_of_scan_id(beamline: TrialBeamline, scan_id: str) -> str:
    """Return the pid of the newest capture with a ScanID."""
    newest = list_captures(StateFolder(beamline.parts.folder.capture_host))
    return next(capture.pid for capture in newest if capture.scan_id == scan_id)


def test_an_error_of_ours_anywhere_in_a_step_scan_leaves_scan_and_dataset_whole(
    beamline: TrialBeamline,
) -> None:
    scans = []
    for place in PLACES:
        with fault_in_sardana(beamline.door, f"recorder.{place}:raise"):
            scans.append(beamline.scan())

    documents = beamline.expect_catalogued(scans)
    told_of = {place: document for place, document in zip(PLACES, documents, strict=True) if place != "end"}
    assert {place for place, document in told_of.items() if untold(document)} == set()
    noted = {
        place
        for place, document in zip(PLACES, documents, strict=True)
        if f"fault injected at recorder.{place}" in str(document["failures"])
    }
    assert noted >= {"start", "started", "record", "end", "ending"}


def test_an_error_of_ours_anywhere_in_a_continuous_scan_never_hangs_it(beamline: TrialBeamline) -> None:
    rows_of = {}
    for place in PLACES:
        with fault_in_sardana(beamline.door, f"recorder.{place}:raise"):
            scan_id, rows = continuous_scan(beamline)
            rows_of[pid_of_scan_id(beamline, scan_id)] = rows

    for document in beamline.expect_catalogued(list(rows_of)):
        assert document["points_recorded"] + document["points_empty"] == rows_of[document["_id"]]
        assert [file["complete"] for file in document["files"]] == [True]


@pytest.fixture
def broken_package(tmp_path: Path) -> Path:
    """A folder for PYTHONPATH in which every package of ours is broken."""
    for name in ("sardana_recorders", "scifish", "pathfixer", "sdm"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SyntaxError('{name} is half installed')\n")
    return tmp_path


def test_without_our_package_scans_run_and_say_that_they_are_not_captured(
    beamline: TrialBeamline, broken_package: Path
) -> None:
    beamline.restart("sardana", PYTHONPATH=str(broken_package))

    beamline.scan()
    assert "NOT CAPTURED" in beamline.door.said("Warning")
    continuous_scan(beamline)
    assert "half installed" in beamline.door.said("Warning")
    assert beamline.catalogues.new_pids() == set()

    beamline.restart("sardana")
    beamline.expect_catalogued([beamline.scan()])
