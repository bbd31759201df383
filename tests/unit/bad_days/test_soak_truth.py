"""The reckoning of the soak test: it must complain of everything that is not true."""

from pathlib import Path
from typing import Any

import pytest

from tests.bad_days.harness.scans import Entry, Scan, Usual
from tests.bad_days.soak.testimony import Testimony, read_testimony
from tests.bad_days.soak.truth import Case, complaints

WHOLE = Entry("entry7", "ascan mot01 0.0 1.00011 4 0.05", 5, ended=True)
BROKEN = Entry("entry7", WHOLE.title, 3, ended=False)
ENDED = Testimony(begun=True, status="completed", points=5)
BEGUN = Testimony(begun=True)


def case(testimony: Testimony, entry: Entry | None, asked: str = "", **dataset: Any) -> Case:
    scan = Scan("1.00011", 5, Path("scans.h5"), None, Usual())  # type: ignore[arg-type]
    facts = {"points_recorded": 5, "assignment": "assigned", "context_note": None, **dataset}
    return Case(scan, testimony, entry, facts if dataset else None, frozenset(asked.split()))


@pytest.mark.parametrize(
    "good",
    [
        case(ENDED, WHOLE, status="completed"),
        case(BEGUN, BROKEN, status="interrupted", points_recorded=None),
        case(BEGUN, BROKEN, status="completed"),
        case(BEGUN, None, status="interrupted", points_recorded=None),
        case(Testimony(True, "failed", 2), BROKEN, "aborted", status="aborted", points_recorded=2),
        case(ENDED, WHOLE, "aborted", status="aborted"),
        case(BEGUN, BROKEN, "stopped", status="stopped", points_recorded=2),
        case(Testimony(True, "stopped", 2), BROKEN, status="stopped", points_recorded=2),
        case(Testimony(), None),
        case(Testimony(), None, status="interrupted", points_recorded=None),
    ],
)
def test_what_is_true_is_no_complaint(good: Case) -> None:
    assert complaints(good) == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (case(ENDED, WHOLE), "lost"),
        (case(BEGUN, None), "lost"),
        (case(Testimony(), BROKEN), "lost"),
        (case(ENDED, WHOLE, status="interrupted"), "interrupted, but the witness says completed"),
        (case(ENDED, WHOLE, status="completed", points_recorded=4), "4 points, but 5 witnessed"),
        (case(BEGUN, WHOLE, status="interrupted"), "HDF5 file has its end"),
        (case(BEGUN, BROKEN, status="failed"), "nobody has seen its end"),
        (case(BEGUN, BROKEN, status="aborted"), "nobody has seen its end"),
        (case(ENDED, WHOLE, status="aborted"), "the witness says completed"),
        (case(Testimony(True, "stopped", 2), BROKEN, status="completed"), "the witness says stopped"),
        (case(ENDED, WHOLE, status="completed", assignment="none"), "booked on nobody"),
        (case(BEGUN, BROKEN, status="completed", points_recorded=3), "3 points, but 5 asked for"),
    ],
)
def test_what_is_not_true_is_named(bad: Case, words: str) -> None:
    assert words in "; ".join(complaints(bad))


def test_the_witness_is_read_by_title(tmp_path: Path) -> None:
    path = tmp_path / "witness"
    assert read_testimony(path) == {}
    path.write_text(
        '{"title": "a", "what": "start"}\n{"title": "b", "what": "start"}\n'
        '{"title": "a", "what": "end", "status": 2, "points": 4}\n'
    )
    assert read_testimony(path) == {"a": Testimony(True, "aborted", 4), "b": Testimony(True)}
