"""Day 14: a user puts the old ScanDir back, a session is closed, PathFixer is dead for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tango

from scizoo.services.capture_devices import PATH_FIXER, SCI_FISH
from tests.bad_days.harness.clients import PathFixer
from tests.bad_days.harness.devices import init
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.trial_beamline import PROPOSAL, USERNAME, TrialBeamline
from tests.devices import device
from tests.waiting import wait_for

OTHER_USERNAME, OTHER_PROPOSAL = "lismei", "20260103"
MAX_AGE_S = 20.0
"""Time for a scan in the meantime on a busy machine too."""


@pytest.fixture
def fixer() -> PathFixer:
    return PathFixer()


def test_a_user_puts_the_old_scan_dir_back(beamline: TrialBeamline, fixer: PathFixer) -> None:
    """As an old copy of the experiment configuration does; neither proposal gets the data by a guess."""
    old = beamline.scan_dir
    fixer.open_session(OTHER_USERNAME, OTHER_PROPOSAL)
    new = Path(fixer.session().sample_path)
    beamline.wait_scan_dir(new)
    try:
        beamline.scan_until(lambda dataset: dataset["proposal"] == OTHER_PROPOSAL)
        beamline.door.run("senv", "ScanDir", old)
        scan = beamline.scan()
        assert "booked on NOBODY" in scan.warned
        wait_for(lambda: device(PATH_FIXER).State() == tango.DevState.ALARM, LIMIT_S, "PathFixer's ALARM")
        beamline.wait_status(scan, "waiting")
        assert "outside the session's path" in beamline.status_of(scan)["reason"]
    finally:
        beamline.door.run("senv", "ScanDir", new)
        _back_to_the_usual_session(beamline, fixer)
    [document] = beamline.catalogues.expect([scan], "completed", LIMIT_S)
    assert (document["assignment"], document["proposal"]) == ("conflict", None)
    assert str(old) in document["context_note"]
    assert document["source_folder"] == str(old)
    assert document["_id"] not in beamline.scicat.state.datasets, "SciCat has nobody to give it to"


def test_after_the_close_no_scan_leaves_a_file_in_the_old_proposal(
    beamline: TrialBeamline, fixer: PathFixer
) -> None:
    first = beamline.scan()
    [booked] = beamline.expect_catalogued([first])
    tree = beamline.scan_dir.parent.parent
    assert tree.name == PROPOSAL
    before = _listing(tree)
    try:
        fixer.close_session()
        wait_for(lambda: not beamline.scan_dir.is_relative_to(tree), LIMIT_S, "Sardana following the close")
        later = beamline.scan()
        assert not later.file.is_relative_to(tree)
        assert later.entry().points == later.points, "it is saved all the same"
        assert "booked on NOBODY" in later.warned
        beamline.wait_status(later, "waiting")
    finally:
        _back_to_the_usual_session(beamline, fixer)
    assert _listing(tree) == before
    documents = beamline.catalogues.expect([first, later], "completed", LIMIT_S)
    assert documents[0]["assignment"] == "assigned"
    assert documents[1]["assignment"] in ("none", "conflict"), "as Sardana has heard of the close, or not yet"
    assert (booked["proposal"], documents[1]["proposal"]) == (PROPOSAL, None)


def test_path_fixer_is_dead_for_longer_than_its_word_counts(beamline: TrialBeamline) -> None:
    with _word_counts_for(MAX_AGE_S):
        with beamline.without("pathfixer"):
            scans = [beamline.scan()]
            wait_for(lambda: _origin(beamline, scans, "cached"), LIMIT_S, "a scan booked by the kept session")
            wait_for(lambda: _assignment(beamline, scans, "none"), LIMIT_S, "a scan booked on nobody")
        scans.append(beamline.scan())
        wait_for(lambda: _origin(beamline, scans, "live"), LIMIT_S, "a scan booked by the live session")
    documents = beamline.catalogues.expect(scans, "completed", LIMIT_S)
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
    return wait_for(lambda: beamline.catalogues.dataset(scans[-1]) or {}, LIMIT_S, "its dataset")


def _back_to_the_usual_session(beamline: TrialBeamline, fixer: PathFixer) -> None:
    if fixer.session().proposal != PROPOSAL:
        fixer.open_session(USERNAME, PROPOSAL)
    beamline.wait_scan_dir(Path(fixer.session().sample_path))


@contextmanager
def _word_counts_for(seconds: float) -> Iterator[None]:
    """Let a kept session book for so long only."""
    database = tango.Database()
    database.put_device_property(SCI_FISH, {"ContextMaxAge": [str(seconds)]})
    try:
        init(SCI_FISH)
        yield
    finally:
        database.delete_device_property(SCI_FISH, "ContextMaxAge")
        init(SCI_FISH)


def _listing(tree: Path) -> dict[str, tuple[int, int]]:
    """Return every file below a folder with its size and time of change."""
    files = [path for path in tree.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
