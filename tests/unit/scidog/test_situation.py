from datetime import datetime, timedelta, timezone

import pytest

from scidog.saved import Contents, Saved
from scidog.situation import Known, Standing, age_in_words, standing
from scifish.selection import Selection

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)
ALL = Saved(selection=Selection(name="all", revision=3), saved_at=NOW)
CONTENTS = Contents(active="all", newest=(ALL,))


def test_ready_names_what_is_active() -> None:
    assert standing(Known(CONTENTS, NOW), NOW) == (
        Standing.READY,
        "'all' revision 3 is active (0 entries)",
    )


def test_nothing_active_says_how_to_choose() -> None:
    stands, text = standing(Known(Contents(newest=(ALL,)), NOW), NOW)
    assert stands is Standing.NOTHING_ACTIVE
    assert text == "no selection is active: choose one (ActiveSelectionName)"


def test_an_active_selection_that_is_gone_is_named() -> None:
    assert standing(Known(Contents(active="old"), NOW), NOW)[1] == (
        "the active selection 'old' is gone: choose another"
    )


def test_a_store_that_is_away_is_told_with_the_age_of_the_copy() -> None:
    known = Known(CONTENTS, NOW - timedelta(minutes=5), trouble="MongoDB does not answer")
    assert standing(known, NOW) == (
        Standing.TROUBLE,
        "MongoDB does not answer; showing the last good copy, 5 min old; nothing can be saved or switched",
    )


def test_a_store_that_is_away_without_any_copy_is_told() -> None:
    stands, text = standing(Known(trouble="MongoDB does not answer"), NOW)
    assert stands is Standing.TROUBLE
    assert "no last good copy is on this disk" in text


def test_a_copy_that_cannot_be_written_is_trouble_although_the_store_serves() -> None:
    stands, text = standing(Known(CONTENTS, NOW, copy_trouble="disk full"), NOW)
    assert (stands, text) == (Standing.TROUBLE, "disk full")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (27, "20 s"), (119, "110 s"), (121, "2 min"), (7_300, "2 h"), (259_200, "3 days")],
)
def test_ages_are_told_coarsely(seconds: float, words: str) -> None:
    assert age_in_words(seconds) == words
