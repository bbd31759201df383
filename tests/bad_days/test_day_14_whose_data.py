"""Day 14: a user puts the old ScanDir back, a session is closed, PathFixer is dead for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tango

from pathfixer.client import PathFixerClient
from scizoo.services.capture_devices import PATH_FIXER, SCI_FISH
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.trial_beamline import PROPOSAL, USERNAME, TrialBeamline
from tests.waiting import wait_for

OTHER_USERNAME, OTHER_PROPOSAL = "lismei", "20260103"
MAX_AGE_S = 4.0


@pytest.fixture
def fixer() -> PathFixerClient:
    return PathFixerClient(PATH_FIXER)


def test_a_user_puts_the_old_scan_dir_back(beamline: TrialBeamline, fixer: PathFixerClient) -> None:
    """As an old copy of the experiment configuration does; neither proposal gets the data by a guess."""
    old = beamline.scan_dir
    fixer.open_session(OTHER_USERNAME, OTHER_PROPOSAL)
    new = Path(fixer.session().sample_path)
    wait_for(lambda: beamline.scan_dir == new, 20, "ScanDir in the new session's path")
    beamline.door.run("senv", "ScanDir", old)
    try:
        scan = beamline.scan()
        assert "booked on NOBODY" in beamline.door.said("Warning")
        wait_for(lambda: _state(PATH_FIXER) == tango.DevState.ALARM, 20, "PathFixer's ALARM")
        beamline.wait_status(scan, "waiting")
        assert "outside the session's path" in beamline.status_of(scan)["reason"]
    finally:
        beamline.door.run("senv", "ScanDir", new)
        _back_to_the_usual_session(beamline, fixer)
    [document] = beamline.catalogues.expect([scan], "completed", 20)
    assert (document["assignment"], document["proposal"]) == ("conflict", None)
    assert str(old) in document["context_note"]
    assert document["source_folder"] == str(old)
    assert document["_id"] not in beamline.scicat.state.datasets, "SciCat has nobody to give it to"


def test_after_the_close_no_scan_leaves_a_file_in_the_old_proposal(
    beamline: TrialBeamline, fixer: PathFixerClient
) -> None:
    first = beamline.scan()
    [booked] = beamline.expect_catalogued([first])
    tree = beamline.scan_dir.parent.parent
    assert tree.name == PROPOSAL
    before = _listing(tree)
    try:
        fixer.close_session()
        later = beamline.scan()
        assert not later.file.is_relative_to(tree)
        assert later.entry().points == later.points, "it is saved all the same"
        assert "booked on NOBODY" in beamline.door.said("Warning")
        beamline.wait_status(later, "waiting")
    finally:
        _back_to_the_usual_session(beamline, fixer)
    assert _listing(tree) == before
    documents = beamline.catalogues.expect([first, later], "completed", 20)
    assert [document["assignment"] for document in documents] == ["assigned", "none"]
    assert (booked["proposal"], documents[1]["proposal"]) == (PROPOSAL, None)


def test_path_fixer_is_dead_for_longer_than_its_word_counts(beamline: TrialBeamline) -> None:
    with _word_counts_for(MAX_AGE_S):
        with beamline.without("pathfixer"):
            scans = [beamline.scan()]
            wait_for(lambda: _origin(beamline, scans, "cached"), 20, "a scan booked by the kept session")
            wait_for(lambda: _assignment(beamline, scans, "none"), 30, "a scan booked on nobody")
        scans.append(beamline.scan())
        wait_for(lambda: _origin(beamline, scans, "live"), 30, "a scan booked by the live session")
    documents = beamline.catalogues.expect(scans, "completed", 30)
    for document in documents:
        young = document["context_origin"] == "live" or document["context_age_s"] < MAX_AGE_S
        assert (document["assignment"] == "assigned") == young, document["context_note"]
        assert (document["proposal"] == PROPOSAL) == young
    assert any(document["context_origin"] == "cached" and document["proposal"] for document in documents)


def _origin(beamline: TrialBeamline, scans: list[Scan], origin: str) -> bool:
    return _next(beamline, scans)["context_origin"] == origin


def _assignment(beamline: TrialBeamline, scans: list[Scan], assignment: str) -> bool:
    return _next(beamline, scans)["assignment"] == assignment


def _next(beamline: TrialBeamline, scans: list[Scan]) -> dict[str, object]:
    """Run one more scan and return its dataset."""
    scans.append(beamline.scan())
    return wait_for(lambda: beamline.catalogues.dataset(scans[-1]) or {}, 20, "its dataset")


def _back_to_the_usual_session(beamline: TrialBeamline, fixer: PathFixerClient) -> None:
    if fixer.session().proposal != PROPOSAL:
        fixer.open_session(USERNAME, PROPOSAL)
    wait_for(lambda: beamline.scan_dir == Path(fixer.session().sample_path), 20, "ScanDir back")


@contextmanager
def _word_counts_for(seconds: float) -> Iterator[None]:
    """Let a kept session book for so long only."""
    database, fish = tango.Database(), tango.DeviceProxy(SCI_FISH)
    database.put_device_property(SCI_FISH, {"ContextMaxAge": [str(seconds)]})
    fish.Init()
    try:
        yield
    finally:
        database.delete_device_property(SCI_FISH, "ContextMaxAge")
        fish.Init()


def _listing(tree: Path) -> dict[str, tuple[int, int]]:
    """Return every file below a folder with its size and time of change."""
    files = [path for path in tree.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def _state(device: str) -> tango.DevState:
    return tango.DeviceProxy(device).State()
