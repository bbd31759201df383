"""Day 19: SciFly is killed at each of its steps, files appear meanwhile, the session is switched."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread

import pytest

from pathfixer.client import PathFixerClient
from scizoo.demo.acquisition import acquire
from scizoo.services.capture_devices import PATH_FIXER, SCI_FLY
from tests.bad_days.harness import words
from tests.bad_days.harness.trial_beamline import PROPOSAL, TrialBeamline
from tests.waiting import wait_for

STEPS = ("seen", "settled", "named", "committed", "closed")
OTHER_USERNAME, OTHER_PROPOSAL = "lismei", "20260103"
LIMIT_S = 40.0


@pytest.fixture
def raw() -> Path:
    """The raw folder of the session that is open."""
    return Path(PathFixerClient(PATH_FIXER).session().path)


@pytest.fixture
def other_raw(beamline: TrialBeamline) -> Iterator[Path]:
    """The folder of another proposal's session, which is opened and closed again; the old one is back."""
    fixer = PathFixerClient(PATH_FIXER)
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
    assert any(SCI_FLY in part for part in words.red_parts())
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
    program = Thread(target=acquire, args=(raw, "day-19-switched"), kwargs={"duration_s": 6.0})
    program.start()
    beamline.wait_dead("scifly")
    PathFixerClient(PATH_FIXER).open_session(OTHER_USERNAME, OTHER_PROPOSAL)
    beamline.start("scifly")
    other = acquire(other_raw, "day-19-other", duration_s=0.2)
    assert program.is_alive(), "the session was switched in mid-write"
    program.join()

    pids = pids_of([raw / "day-19-switched.txt", other])
    documents = beamline.expect_catalogued(pids)
    assert {document["name"]: document["proposal"] for document in documents} == {
        "day-19-switched.txt": PROPOSAL,
        "day-19-other.txt": OTHER_PROPOSAL,
    }


def pids_of(files: Sequence[Path]) -> list[str]:
    """Return the pids of files' captures, out of ``scizoo status``; no file may have two."""
    names = {path.name for path in files}

    def captured() -> list[str]:
        return [row["pid"] for row in words.status() if row["title"] in names]

    pids = wait_for(lambda: len(captured()) >= len(names) and captured(), LIMIT_S, f"captures of {names}")
    assert pids and len(pids) == len(names), pids
    return pids


def _size(document: dict) -> int:
    (file,) = document["files"]
    assert file["complete"]
    return int(file["size"])
