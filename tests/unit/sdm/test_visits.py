"""Blocks of beam time become visits with lasting names."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdm.errors import NameRefusedError
from sdm.visits import Kept, Visit, current_visit, plan_visits, unscheduled_visit, visit_of_today

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = timedelta(hours=24)
EPOCH = datetime(2020, 1, 1, tzinfo=timezone.utc)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def names(*blocks: tuple[str, str], gap: timedelta = DAY) -> list[str]:
    return [visit.name for visit in plan_visits([(at(a), at(b)) for a, b in blocks], STOCKHOLM, gap)]


def test_a_visit_is_named_after_the_local_day_of_its_first_block():
    assert names(("2024-01-21T08:00", "2024-01-22T08:00")) == ["20240121"]
    late = (datetime(2024, 6, 1, 22, 30, tzinfo=timezone.utc), datetime(2024, 6, 2, 6, tzinfo=timezone.utc))
    assert plan_visits([late], STOCKHOLM, DAY)[0].name == "20240602"


def test_blocks_closer_than_the_gap_are_one_visit():
    assert names(("2024-01-21T08:00", "2024-01-21T16:00"), ("2024-01-22T15:59", "2024-01-23T08:00")) == [
        "20240121"
    ]
    assert names(("2024-01-21T08:00", "2024-01-21T16:00"), ("2024-01-22T16:00", "2024-01-23T08:00")) == [
        "20240121",
        "20240122",
    ]


def test_order_and_overlap_of_blocks_do_not_matter():
    one, two = ("2024-01-21T08:00", "2024-01-25T08:00"), ("2024-01-22T08:00", "2024-01-23T08:00")
    assert names(one, two) == names(two, one) == ["20240121"]
    joined = plan_visits([(at(a), at(b)) for a, b in (two, one)], STOCKHOLM, DAY)
    assert joined[0].ends_at == at("2024-01-25T08:00")


def test_a_second_visit_of_a_day_gets_the_hour():
    short = timedelta(hours=3)
    assert names(
        ("2024-01-21T06:00", "2024-01-21T08:00"), ("2024-01-21T15:00", "2024-01-21T17:00"), gap=short
    ) == ["20240121", "2024012115"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60 * 24 * 3650).map(lambda minutes: EPOCH + timedelta(minutes=minutes)),
            st.integers(1, 200),
        ),
        max_size=20,
    )
)
def test_no_two_visits_share_a_name_and_every_block_lies_in_one(drawn):
    blocks = [(start, start + timedelta(hours=hours)) for start, hours in drawn]
    visits = plan_visits(blocks, STOCKHOLM, DAY)
    assert len({visit.name for visit in visits}) == len(visits)
    for start, end in blocks:
        assert sum(visit.starts_at <= start and end <= visit.ends_at for visit in visits) == 1


def test_the_current_visit_runs_now_or_begins_soon():
    visits = plan_visits([(at("2024-01-21T08:00"), at("2024-01-22T08:00"))], STOCKHOLM, DAY)
    assert current_visit(visits, at("2024-01-21T09:00"), DAY) == visits[0]
    assert current_visit(visits, at("2024-01-20T09:00"), DAY) == visits[0]
    assert current_visit(visits, at("2024-01-20T07:00"), DAY) is None
    assert current_visit(visits, at("2024-01-22T08:00"), DAY) is None


def test_an_unscheduled_visit_is_a_date():
    assert unscheduled_visit("20240121", STOCKHOLM).starts_at == at("2024-01-21T00:00")
    assert unscheduled_visit("2024012108", STOCKHOLM).starts_at == at("2024-01-21T08:00")
    assert visit_of_today(datetime(2024, 6, 1, 22, 30, tzinfo=timezone.utc), STOCKHOLM).name == "20240602"


@pytest.mark.parametrize("name", ["20241301", "2024-1-1", "today", "", "202401211", "٢٠٢٤٠١٢١"])
def test_what_is_no_date_is_refused(name):
    with pytest.raises(NameRefusedError):
        unscheduled_visit(name, STOCKHOLM)


def kept(name: str, start: str, end: str, over: bool = False) -> Kept:
    return Kept(Visit(name, at(start), at(end)), over)


def kept_names(schedule: list[tuple[str, str]], *visits: Kept) -> dict[str, str]:
    """Return the name of each scheduled visit by the day it begins on."""
    found = plan_visits([(at(a), at(b)) for a, b in schedule], STOCKHOLM, DAY, visits)
    return {
        f"{visit.starts_at.astimezone(STOCKHOLM):%m-%d}": visit.name for visit in found if visit.scheduled
    }


ICE = kept("20240121", "2024-01-21T08:00", "2024-01-23T08:00")


def test_a_visit_whose_folder_exists_keeps_its_name_when_it_is_prolonged_or_begins_earlier():
    assert kept_names([("2024-01-20T08:00", "2024-01-26T08:00")], ICE) == {"01-20": "20240121"}


def test_it_keeps_it_when_the_whole_visit_is_moved():
    assert kept_names([("2024-02-11T08:00", "2024-02-12T08:00")], ICE) == {"02-11": "20240121"}


def test_a_visit_that_is_over_gives_its_name_to_no_later_one():
    over = kept("20240121", "2024-01-21T08:00", "2024-01-23T08:00", over=True)
    assert kept_names([("2024-02-11T08:00", "2024-02-12T08:00")], over) == {"02-11": "20240211"}


def test_a_new_visit_on_the_day_that_gave_a_moved_one_its_name_gets_the_hour():
    schedule = [("2024-01-21T15:00", "2024-01-21T18:00"), ("2024-01-30T08:00", "2024-01-31T08:00")]
    moved = kept("20240121", "2024-01-30T08:00", "2024-01-31T08:00")
    assert kept_names(schedule, moved) == {"01-21": "2024012115", "01-30": "20240121"}


def test_a_visit_opened_before_it_was_scheduled_is_the_one_that_is_scheduled_then():
    early = Kept(Visit("20240121", at("2024-01-21T00:00"), None), over=True)
    assert kept_names([("2024-01-21T08:00", "2024-01-22T08:00")], early) == {"01-21": "20240121"}


def test_a_visit_that_the_office_has_forgotten_is_still_there_but_not_scheduled():
    (visit,) = plan_visits([], STOCKHOLM, DAY, [ICE])
    assert (visit.name, visit.scheduled) == ("20240121", False)
    assert current_visit([visit], at("2024-01-21T09:00"), DAY) is None


@given(
    st.lists(st.tuples(st.integers(0, 60 * 24 * 60), st.integers(1, 200)), max_size=8),
    st.lists(st.integers(-20 * 60, 20 * 60), min_size=8, max_size=8),
)
def test_moving_a_schedule_by_less_than_the_gap_never_renames_a_visit(drawn, moves):
    spaced = [
        (EPOCH + timedelta(days=20 * number, minutes=start % 600), hours)
        for number, (start, hours) in enumerate(drawn)
    ]
    before = [(start, start + timedelta(hours=hours)) for start, hours in spaced]
    planned = plan_visits(before, STOCKHOLM, DAY)
    after = [
        (a + timedelta(minutes=m), b + timedelta(minutes=m)) for (a, b), m in zip(before, moves, strict=False)
    ]
    again = plan_visits(after, STOCKHOLM, DAY, [Kept(visit, over=False) for visit in planned])
    assert [visit.name for visit in again] == [visit.name for visit in planned]
