"""Blocks of beam time become visits with lasting names."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdm.errors import NameRefusedError
from sdm.visits import current_visit, plan_visits, unscheduled_visit, visit_of_today

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
