"""Day 19: SciFly is killed at each of its steps, files appear meanwhile, the session is switched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scizoo.demo.acquisition import acquire
from scizoo.services.capture_devices import SCI_FLY
from tests.bad_days.harness import words
from tests.bad_days.harness.clients import PathFixer
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.trial_beamline import PROPOSAL, TrialBeamline
from tests.bad_days.harness.vendor_files import pids_of
from tests.growing_file import growing_file
from tests.waiting import wait_for

STEPS = ("seen", "settled", "named", "committed", "closed")
OTHER_USERNAME, OTHER_PROPOSAL = "lismei", "20260103"


@pytest.fixture
def raw() -> Path:
    """The raw folder of the session that is open."""
    return Path(PathFixer().session().path)


@pytest.fixture
def other_raw(beamline: TrialBeamline) -> Iterator[Path]:
    """The folder of another proposal's session, which is opened and closed again; the old one is back."""
    fixer = PathFixer()
    fixer.open_session(OTHER_USERNAME, OTHER_PROPOSAL)
    path = Path(fixer.session().path)
    beamline.open_session()
    yield path
    beamline.open_session()


def test_killed_at_every_step_each_file_ends_as_one_dataset(beamline: TrialBeamline, raw: Path) -> None:
    written = []
    for step in STEPS:
        beamline.restart("scifly", fault=f"scifly.{step}:kill", wait=False)
        written.append(acquire(raw, f"day-19-{step}", duration_s=0.5))
        beamline.wait_dead("scifly")
        written.append(raw / f"day-19-after-{step}.txt")
        written[-1].write_text("counts, written while SciFly was down")
    wait_for(lambda: any(SCI_FLY in part for part in words.red_parts()), LIMIT_S, "SciFly red")
    scan = beamline.scan()
    beamline.start("scifly")

    pids = pids_of(written)
    documents = beamline.expect_catalogued([scan, *pids])[1:]
    said = {document["name"]: (document["proposal"], _size(document)) for document in documents}
    assert said == {path.name: (PROPOSAL, path.stat().st_size) for path in written}


def test_killed_and_the_session_switched_in_mid_write_the_file_stays_where_it_began(
    beamline: TrialBeamline, raw: Path, other_raw: Path
) -> None:
    beamline.restart("scifly", fault="scifly.seen:kill", wait=False)
    switched = raw / "day-19-switched.txt"
    with growing_file(switched):
        beamline.wait_dead("scifly")
        PathFixer().open_session(OTHER_USERNAME, OTHER_PROPOSAL)
        beamline.start("scifly")
        other = acquire(other_raw, "day-19-other", duration_s=0.2)

    pids = pids_of([switched, other])
    documents = beamline.expect_catalogued(pids)
    assert {document["name"]: document["proposal"] for document in documents} == {
        "day-19-switched.txt": PROPOSAL,
        "day-19-other.txt": OTHER_PROPOSAL,
    }


def _size(document: dict) -> int:
    (file,) = document["files"]
    assert file["complete"]
    return int(file["size"])
