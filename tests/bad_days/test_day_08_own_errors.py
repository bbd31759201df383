"""Day 8: the recorder's own code raises, in every method; our package cannot be imported at all."""

from functools import partial
from pathlib import Path

import h5py
import pytest

from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.scans import Entry, Usual
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.trial_beamline import TRIES, TrialBeamline
from tests.waiting import wait_for

PLACES = ["init", "start", "started", "record", "end", "ending", "ended"]
CONTINUOUS = ("ascanct", "mot01", 0, 1, 4, 0.02)


def continuous_scan(beamline: TrialBeamline) -> tuple[Entry, float]:
    """Run a continuous scan; return what its file has, to its end, and how long it took, in seconds."""
    run = beamline.door.run(*CONTINUOUS, limit_s=LIMIT_S)
    with h5py.File(beamline.scan_dir / "scans.h5", "r", locking=False) as file:
        number = max(int(name[5:]) for name in file if name[5:].isdigit())  # custom data may stand beside
        name = f"entry{number}"
        entry = Entry.read(name, file[name])
    assert (entry.points > 0, entry.ended) == (True, True)  # a busy Sardana skips some, also without us
    return entry, run.duration_s


@pytest.fixture
def usual(beamline: TrialBeamline) -> Usual:
    """A continuous scan without us."""
    with beamline.without_us():
        entry, seconds = continuous_scan(beamline)
    return Usual(seconds, entry.layout)


def pid_of_scan_id(beamline: TrialBeamline, scan_id: str) -> str:
    """Return the pid of the newest capture with a ScanID."""
    return next(capture.pid for capture in beamline.captures() if capture.scan_id == scan_id)


def test_an_error_of_ours_anywhere_in_a_step_scan_leaves_scan_and_dataset_whole(
    beamline: TrialBeamline,
) -> None:
    with beamline.upset("sardana"):
        scans = [
            beamline.scan(upset=partial(beamline.door.run, "set_fault", f"recorder.{place}:raise"))
            for place in PLACES
        ]
        beamline.door.run("set_fault", "off")

    documents = beamline.expect_catalogued(scans)
    told_of = {place: document for place, document in zip(PLACES, documents, strict=True) if place != "end"}
    assert {place for place, document in told_of.items() if untold(document)} == set()
    noted = {
        place
        for place, document in zip(PLACES, documents, strict=True)
        if f"fault injected at recorder.{place}" in str(document["failures"])
    }
    assert noted >= {"start", "started", "record", "end", "ending"}


def test_an_error_of_ours_anywhere_in_a_continuous_scan_leaves_it_and_its_dataset_whole(
    beamline: TrialBeamline, usual: Usual
) -> None:
    rows_of = dict[str, int]()
    for place in PLACES:
        took = list[float]()
        while not took or (usual.is_late(min(took)) and len(took) < TRIES):
            with beamline.fault_in_sardana(f"recorder.{place}:raise"):
                entry, seconds = continuous_scan(beamline)
            usual.see_the_same(entry)
            took.append(seconds)
            rows_of[pid_of_scan_id(beamline, entry.scan_id)] = entry.points
        usual.see_no_later(min(took))

    for document in beamline.expect_catalogued(list(rows_of)):
        assert document["points_recorded"] + document["points_empty"] == rows_of[document["_id"]]
        assert [file["complete"] for file in document["files"]] == [True]


def test_an_error_of_ours_in_custom_data_costs_only_them(beamline: TrialBeamline) -> None:
    with beamline.fault_in_sardana("recorder.custom:raise"):
        beamline.door.run("scan_with_hook", "custom")

    wait_for(beamline.catalogues.new_pids, LIMIT_S, "the dataset")
    (pid,) = beamline.catalogues.new_pids()
    wait_for(
        lambda: _custom(beamline, pid) == {"inside", "after"}, LIMIT_S, "what was given in and after the scan"
    )
    (document,) = beamline.expect_catalogued([pid])
    assert "fault injected at recorder.custom" in str(document["failures"])


def _custom(beamline: TrialBeamline, pid: str) -> set[str]:
    return set((beamline.catalogues.dataset(pid) or {}).get("values", {}).get("custom", {}))


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
