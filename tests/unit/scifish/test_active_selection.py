"""What people are told about the selection that is in use."""

from scifish.active_selection import tell
from scifish.last_copy import Copy
from scifish.selection import Selection

SELECTION = Selection(name="optics", revision=4)


def test_a_live_selection_needs_no_words():
    known = tell("a/b/dog", Copy((SELECTION,), 0.1, True, None))
    assert (known.selection, known.note) == (SELECTION, None)


def test_a_selection_that_scidog_no_longer_confirms_stays_in_use_and_says_so():
    known = tell("a/b/dog", Copy((SELECTION,), 3725.2, False, "not running"))
    assert known.selection == SELECTION
    assert known.note == "selection 'optics' is 1:02:05 old: SciDog a/b/dog: not running"


def test_a_selection_whose_age_cannot_be_told_says_so():
    assert "of unknown age" in tell("a/b/dog", Copy((SELECTION,), None, False, "not running")).note


def test_no_selection_at_all_is_said_with_the_reason():
    known = tell("a/b/dog", Copy(None, None, False, "not running"))
    assert (known.selection, known.note) == (None, "no selection is known: SciDog a/b/dog: not running")


def test_none_active_is_not_the_same_as_none_known():
    known = tell("a/b/dog", Copy((None,), 0.1, True, None))
    assert (known.selection, known.note) == (None, "no selection is active on SciDog a/b/dog")
