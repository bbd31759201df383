from datetime import datetime, timezone

import pytest

from scidog.diff import in_words
from scidog.errors import UnknownSelectionError
from scidog.history import difference_of, history_lines
from scidog.saved import Saved
from scifish.selection import Entry, Selection

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")
SLIT = Entry(name="slit", device="b107a/opt/slit-01", attribute="position")


def saved(revision: int, *entries: Entry, deleted: bool = False) -> Saved:
    selection = Selection(
        name="all", revision=revision, entries=entries, author="anna", comment=f"no {revision}"
    )
    return Saved(
        selection=selection,
        saved_at=datetime(2026, 11, 21, 10, revision, tzinfo=timezone.utc),
        client="10.0.0.7 pid 42",
        deleted=deleted,
    )


NEWEST_FIRST = [
    saved(4, SLIT),
    saved(3, SLIT, deleted=True),
    saved(2, SLIT),
    saved(1, RING, SLIT),
]


def test_each_line_says_what_its_revision_did() -> None:
    assert [(line.revision, line.what) for line in history_lines(NEWEST_FIRST)] == [
        (4, "created"),
        (3, "deleted"),
        (2, "1 removed"),
        (1, "created"),
    ]


def test_a_line_says_who_claims_it_when_and_why() -> None:
    line = history_lines(NEWEST_FIRST)[2]
    assert (line.author, line.client, line.comment, line.entries) == ("anna", "10.0.0.7 pid 42", "no 2", 1)
    assert line.saved_at.isoformat() == "2026-11-21T10:02:00+00:00"


def test_any_two_revisions_can_be_compared() -> None:
    assert in_words(difference_of(NEWEST_FIRST, "all", 1, 2)) == [
        "removed Ring current (r1/dia/ring/current)"
    ]


def test_an_unknown_revision_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownSelectionError, match=r"'all' has no revision 7; there are: 4, 3, 2, 1"):
        difference_of(NEWEST_FIRST, "all", 1, 7)
