from datetime import datetime, timezone

import pytest

from scidog.errors import StaleRevisionError, UnknownSelectionError
from scidog.saved import Contents, Saved, next_revision
from scifish.selection import Selection

AT = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)


def edited(revision: int) -> Selection:
    return Selection(name="all", revision=revision)


def newest(revision: int, deleted: bool = False) -> Saved:
    return Saved(
        selection=Selection(name="all", revision=revision, author="anna"), saved_at=AT, deleted=deleted
    )


def test_a_new_selection_begins_with_revision_1() -> None:
    assert next_revision(edited(0), None) == 1


def test_the_newest_revision_edited_gets_the_next_number() -> None:
    assert next_revision(edited(3), newest(3)) == 4


def test_an_older_revision_edited_is_refused_and_both_are_named() -> None:
    with pytest.raises(StaleRevisionError) as refusal:
        next_revision(edited(3), newest(5))
    assert str(refusal.value) == (
        "'all': you edited revision 3, but anna saved revision 5 at 2026-11-21 10:00:00 UTC; "
        "merge and save again"
    )


def test_a_new_selection_does_not_replace_one_of_the_same_name() -> None:
    with pytest.raises(StaleRevisionError, match="you edited revision 0, but anna saved revision 5"):
        next_revision(edited(0), newest(5))


@pytest.mark.parametrize("revision", [0, 5])
def test_a_deleted_selection_can_be_made_again_and_its_numbers_go_on(revision: int) -> None:
    assert next_revision(edited(revision), newest(5, deleted=True)) == 6


def test_what_was_deleted_while_it_was_edited_is_refused() -> None:
    with pytest.raises(StaleRevisionError, match="you edited revision 4, but revision 5 deleted it"):
        next_revision(edited(4), newest(5, deleted=True))


def test_a_revision_of_something_never_saved_is_refused() -> None:
    with pytest.raises(StaleRevisionError, match="you edited revision 4, but it was never saved"):
        next_revision(edited(4), None)


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownSelectionError, match="there is no selection 'al'; there are: all"):
        Contents(newest=(newest(1),)).get("al")


def test_an_active_name_whose_selection_is_gone_is_no_selection() -> None:
    assert Contents(active="gone", newest=(newest(1),)).active_selection is None
