"""A copy survives its owner's silence and our restart, and never looks younger than it can prove."""

import stat
from datetime import datetime, timedelta, timezone

import pytest

from scifish.errors import SelectionError
from scifish.last_copy import LIVE_S, LastCopy


class Clock:
    """One host's clocks: time passes, and somebody may set the wall clock."""

    def __init__(self):
        self.seconds = 1000.0
        self.offset = timedelta(0)

    def monotonic(self):
        return self.seconds

    def wall(self):
        start = datetime(2026, 11, 21, tzinfo=timezone.utc)
        return start + timedelta(seconds=self.seconds) + self.offset

    def restart(self):
        """A new life of the process: the monotonic clock begins anywhere."""
        self.offset += timedelta(seconds=self.seconds - 5.0)
        self.seconds = 5.0


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_copy(tmp_path, clock):
    def parse(text):
        if text == "garbage":
            raise SelectionError("no selection")
        return text.upper()

    def make(device="a/b/c"):
        return LastCopy(device, tmp_path / "copy.json", parse, clock.monotonic, clock.wall)

    return make


def test_nothing_is_known_before_the_first_answer(open_copy):
    found = open_copy().look()
    assert (found.value, found.age_s, found.live) == (None, None, False)
    assert found.trouble == "has not answered yet"


def test_an_answer_is_live_and_ages_without_the_next(open_copy, clock):
    copy = open_copy()
    copy.answered("one")
    clock.seconds += LIVE_S
    assert (copy.look().value, copy.look().live, copy.look().age_s) == ("ONE", True, LIVE_S)
    clock.seconds += 0.1
    assert (copy.look().live, copy.look().trouble) == (False, "does not answer")


def test_silence_ends_liveness_at_once_and_the_next_answer_restores_it(open_copy, clock):
    copy = open_copy()
    copy.answered("one")
    clock.seconds += 1
    copy.silent("not running")
    assert (copy.look().value, copy.look().live, copy.look().trouble) == ("ONE", False, "not running")
    assert copy.look().age_s == 1
    copy.answered("one")
    assert copy.look().live


def test_an_unreadable_answer_leaves_the_last_good_one(open_copy):
    copy = open_copy()
    copy.answered("one")
    copy.answered("garbage")
    assert (copy.look().value, copy.look().live) == ("ONE", False)
    assert copy.look().trouble == "gave something unreadable: no selection"


def test_a_restarted_process_knows_it_as_no_longer_live_with_its_age(open_copy, clock):
    open_copy().answered("one")
    clock.seconds += 100
    clock.restart()
    again = open_copy()
    assert (again.look().value, again.look().live, again.look().age_s) == ("ONE", False, 100)
    clock.seconds += 7
    assert again.look().age_s == 107


def test_an_unchanged_answer_still_rejuvenates_the_file(open_copy, clock):
    copy = open_copy()
    for _ in range(100):
        copy.answered("one")
        clock.seconds += 1
    clock.restart()
    assert open_copy().look().age_s <= 32


def test_setting_the_wall_clock_does_not_change_an_age_within_one_life(open_copy, clock):
    copy = open_copy()
    copy.answered("one")
    clock.seconds += 50
    clock.offset -= timedelta(days=7)
    assert copy.look().age_s == 50


def test_after_a_clock_set_back_between_two_lives_the_age_cannot_be_told(open_copy, clock):
    open_copy().answered("one")
    clock.restart()
    clock.offset -= timedelta(days=7)
    again = open_copy()
    assert (again.look().value, again.look().age_s, again.look().live) == ("ONE", None, False)
    again.answered("one")
    assert (again.look().age_s, again.look().live) == (0, True)


def test_after_a_clock_set_ahead_the_copy_looks_older(open_copy, clock):
    open_copy().answered("one")
    clock.restart()
    clock.offset += timedelta(hours=2)
    assert open_copy().look().age_s == 7200


def test_the_file_is_shared_with_the_group_and_replaced_as_a_whole(open_copy, tmp_path):
    copy = open_copy()
    copy.answered("one")
    copy.answered("two")
    assert [path.name for path in tmp_path.iterdir()] == ["copy.json"]
    assert stat.S_IMODE((tmp_path / "copy.json").stat().st_mode) == 0o660
    assert open_copy().look().value == "TWO"


def test_a_copy_of_another_device_is_not_believed(open_copy):
    open_copy("a/b/c").answered("one")
    assert open_copy("x/y/z").look().value is None
    assert open_copy("A/B/C").look().value == "ONE"


@pytest.mark.parametrize("content", ["", "{}", "no json", '{"device": "a/b/c", "text": "one"}'])
def test_a_damaged_file_is_as_none(open_copy, tmp_path, content):
    (tmp_path / "copy.json").write_text(content)
    assert open_copy().look().value is None


def test_a_folder_that_cannot_be_written_costs_this_life_nothing(tmp_path, clock):
    copy = LastCopy("a/b/c", tmp_path / "missing" / "copy.json", str.upper, clock.monotonic, clock.wall)
    copy.answered("one")
    assert copy.look().live
