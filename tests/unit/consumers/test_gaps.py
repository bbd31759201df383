"""When the log is known to have lost what nobody has finished."""

from datetime import datetime, timedelta, timezone

from consumers.delivery import Delivery
from consumers.gaps import Gap, GapWatch

PLACE = ("t", 0)
THEN = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LATER = THEN + timedelta(hours=1)


def delivery(at: datetime | None) -> Delivery:
    return Delivery("t", 0, 0, None, b"x", broker_time=at)


def test_a_first_start_suspects_nothing() -> None:
    watch = GapWatch({})
    assert watch.begin(PLACE, empty=True, certain=False) is None
    assert watch.first(delivery(LATER)) is None


def test_a_gap_ends_with_the_first_message() -> None:
    watch = GapWatch({PLACE: THEN})
    assert watch.begin(PLACE, empty=False, certain=True) is None
    assert watch.first(delivery(LATER)) == Gap("t", THEN, LATER)
    assert watch.first(delivery(LATER)) is None


def test_a_log_that_still_begins_with_what_we_know_has_lost_nothing() -> None:
    watch = GapWatch({PLACE: THEN})
    watch.begin(PLACE, empty=False, certain=False)
    assert watch.first(delivery(THEN)) is None


def test_an_emptied_log_is_told_at_once_and_again_when_its_end_is_known() -> None:
    watch = GapWatch({PLACE: THEN})
    assert watch.begin(PLACE, empty=True, certain=False) == Gap("t", THEN, None)
    assert watch.first(delivery(LATER)) == Gap("t", THEN, LATER)


def test_a_lost_progress_leaves_the_begin_of_a_gap_open() -> None:
    watch = GapWatch({})
    assert watch.begin(PLACE, empty=True, certain=True) == Gap("t", None, None)
    assert watch.first(delivery(LATER)) == Gap("t", None, LATER)


def test_finished_messages_move_the_begin_of_a_gap() -> None:
    watch = GapWatch({PLACE: THEN})
    watch.finish([delivery(LATER), delivery(None)])
    assert watch.begin(PLACE, empty=True, certain=True) == Gap("t", LATER, None)


def test_a_partition_taken_from_us_is_no_longer_suspected() -> None:
    watch = GapWatch({PLACE: THEN})
    watch.begin(PLACE, empty=False, certain=True)
    watch.drop([PLACE])
    assert watch.first(delivery(LATER)) is None
