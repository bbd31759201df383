"""Whose data it is: live, cached with age, none; never a guess."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scifish.booking import KnownSession, book, is_inside
from scifish.session import Session

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
PATH = "/data/visitors/demo/20260001/2026112108/raw"
TWELVE_HOURS = 43_200.0


def session(**fields):
    told = {
        "revision": 3,
        "state": "open",
        "beamline": "demo",
        "category": "visitors",
        "proposal": "20260001",
        "visit": "2026112108",
        "sample": "steel-7",
        "sample_id": "S7",
        "username": "anna",
        "path": PATH,
    }
    return Session(**{**told, **fields})


def live(**fields):
    return KnownSession(session(**fields), "live", 0.2, NOW)


def cached(age_s=60.0, **fields):
    return KnownSession(session(**fields), "cached", age_s, NOW, "PathFixer x: not running")


def test_a_live_session_books_with_everything_it_says():
    context = book(live(), f"{PATH}/steel-7", TWELVE_HOURS, NOW)
    assert context.assignment == "assigned"
    assert (context.proposal, context.visit, context.sample) == ("20260001", "2026112108", "steel-7")
    assert (context.sample_id, context.username, context.category) == ("S7", "anna", "visitors")
    assert (context.context_origin, context.context_age_s, context.context_note) == ("live", None, None)


def test_a_young_cached_session_books_and_says_how_old_it_is():
    context = book(cached(60.0), PATH, TWELVE_HOURS, NOW)
    assert (context.assignment, context.proposal) == ("assigned", "20260001")
    assert (context.context_origin, context.context_age_s) == ("cached", 60.0)
    assert context.context_note == "PathFixer x: not running"


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (KnownSession.none("PathFixer x: not running"), "not running"),
        (live(state="closed", proposal=None, path=""), "no session is open"),
        (live(proposal=None), "no session is open"),
        (cached(TWELVE_HOURS), "12:00:00"),
        (cached(None), "clock was set back"),
        (cached(visit_ends_at=NOW), "visit ended at 2026-11-21 12:00 UTC"),
        (cached(visit_ends_at=NOW - timedelta(days=1)), "visit ended"),
    ],
)
def test_what_is_uncertain_books_on_nobody_and_says_why(known, words):
    context = book(known, PATH, TWELVE_HOURS, NOW)
    assert context.assignment == "none"
    assert words in context.context_note
    assert_says_nothing_about_people(context)


@pytest.mark.parametrize("make", [live, cached])
@pytest.mark.parametrize("folder", ["/tmp", f"{PATH}x", f"{PATH}/..", "raw", f"{PATH}/../../x"])
def test_files_outside_the_sessions_path_are_a_conflict(make, folder):
    context = book(make(), folder, TWELVE_HOURS, NOW)
    assert context.assignment == "conflict"
    assert folder in context.context_note
    assert PATH in context.context_note
    assert_says_nothing_about_people(context)


@pytest.mark.parametrize("folder", [None, "", PATH, f"{PATH}/", f"{PATH}//a/./b", f"{PATH}/a/..", "/" + PATH])
def test_no_folder_and_folders_inside_are_no_conflict(folder):
    assert book(live(), folder, TWELVE_HOURS, NOW).assignment == "assigned"


def test_a_live_session_books_beyond_the_end_of_its_visit_as_pathfixer_keeps_it_open():
    known = live(visit_ends_at=NOW - timedelta(hours=1))
    assert book(known, PATH, TWELVE_HOURS, NOW).assignment == "assigned"


def test_a_visit_that_ends_later_does_not_hinder_a_cached_session():
    known = cached(visit_ends_at=NOW + timedelta(seconds=1))
    assert book(known, PATH, TWELVE_HOURS, NOW).assignment == "assigned"


def test_a_session_without_a_path_owns_no_folder():
    assert book(live(path=""), PATH, TWELVE_HOURS, NOW).assignment == "conflict"
    assert book(live(path=""), None, TWELVE_HOURS, NOW).assignment == "assigned"


def test_a_session_opened_while_the_office_was_away_says_so_with_the_age_of_its_word():
    told_at = NOW - timedelta(hours=3)
    context = book(live(origin="cached", office_as_of=told_at), PATH, TWELVE_HOURS, NOW)
    assert (context.assignment, context.context_origin, context.context_age_s) == (
        "assigned",
        "cached",
        10_800,
    )
    assert "user office was away" in context.context_note


def test_of_two_ages_the_greater_one_is_told():
    context = book(cached(60.0, origin="cached", office_as_of=NOW), PATH, TWELVE_HOURS, NOW)
    assert context.context_age_s == 60


@pytest.mark.parametrize("make", [live, cached])
def test_a_session_that_staff_opened_without_the_office_is_an_override_and_does_not_tell_why(make):
    context = book(make(origin="override", override_reason="the beam is on"), PATH, TWELVE_HOURS, NOW)
    assert (context.assignment, context.context_origin) == ("assigned", "override")
    assert "the beam is on" not in context.context_note
    assert "PathFixer's history" in context.context_note


KNOWN = st.builds(
    KnownSession,
    st.none()
    | st.builds(
        session,
        state=st.sampled_from(["open", "closed"]),
        proposal=st.sampled_from([None, "", "20260001"]),
        path=st.sampled_from(["", "/", PATH]),
        visit_ends_at=st.none() | st.datetimes(timezones=st.just(timezone.utc)),
    ),
    st.sampled_from(["live", "cached", "none"]),
    st.none() | st.floats(0, 1e6),
)


@given(KNOWN, st.none() | st.sampled_from(["/", PATH, "/tmp", "x"]), st.floats(0, 1e6))
def test_whatever_is_known_it_is_booked_only_on_grounds_that_hold(known, folder, max_age_s):
    context = book(known, folder, max_age_s, NOW)
    if context.assignment != "assigned":
        assert context.context_note
        assert_says_nothing_about_people(context)
        return
    assert known.session.state == "open"
    assert known.origin == "live" or known.age_s < max_age_s
    assert not folder or is_inside(folder, known.session.path)


def assert_says_nothing_about_people(context):
    told = (context.proposal, context.visit, context.sample, context.sample_id, context.username)
    assert (*told, context.category) == (None,) * 6
