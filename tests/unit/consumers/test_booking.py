"""What staff say of a capture outranks what its producer did not know."""

import pytest

from consumers.booking_desk import Booking, BookingError, booked
from consumers.mapping.telling import standing
from consumers.testing.captures import capture, file
from sdm.rule_files import load_rules

RULES = load_rules("maxiv_v1")
BOOKING = Booking("20260001", "20260301", "ice", "anna", "office-1", "logbook")
NOBODYS = capture(1, proposal=None, visit=None, category=None, assignment="none", files=[file("a.h5")])


def test_it_is_the_same_capture_and_newer_than_all_that_producers_say() -> None:
    told = booked(NOBODYS, BOOKING, "visitors", RULES)
    assert (told.pid, told.files, told.values) == (NOBODYS.pid, NOBODYS.files, NOBODYS.values)
    assert standing(told) > standing(NOBODYS.model_copy(update={"revision": 99}))
    assert (told.author, told.context_note) == ("staff@office-1", "booked by anna: logbook")


def test_a_conflict_may_be_booked_as_well_and_again_after_it_was_repaired() -> None:
    conflict = NOBODYS.model_copy(update={"assignment": "conflict", "rank": 3, "revision": 4})
    assert booked(conflict, BOOKING, "visitors", RULES).revision == 5


@pytest.mark.parametrize(
    ("newest", "words"),
    [
        (capture(1, "started", proposal=None, assignment="none"), "has not ended yet"),
        (capture(1), "is booked on proposal 20260001 already"),
    ],
)
def test_what_runs_or_is_somebodys_is_left_alone(newest, words) -> None:
    with pytest.raises(BookingError, match=words):
        booked(newest, BOOKING, "visitors", RULES)
