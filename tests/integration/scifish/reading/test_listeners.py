"""Session and active selection are known at once, from whatever is still there to tell them."""

import time
from datetime import datetime, timezone

import pytest

from scifish.active_selection import SelectionListener
from scifish.context import SessionListener, book
from scifish.selection import Selection
from scifish.session import Session
from tests.quickness import median_seconds
from tests.waiting import wait_for


def session(**fields):
    told = {
        "revision": 1,
        "state": "open",
        "beamline": "demo",
        "proposal": "1",
        "path": "/data/raw",
        **fields,
    }
    return Session(**told).model_dump_json(by_alias=True)


@pytest.fixture
def announcer(victim):
    return victim("Announcer")


@pytest.fixture
def listen(tmp_path):
    made = []

    def make(listener, device):
        made.append(listener(device, tmp_path / f"{listener.__name__}.json"))
        return made[-1]

    yield make
    for listener in made:
        listener.close()


@pytest.fixture
def listener(announcer, listen):
    announcer.write("Session", session())
    made = listen(SessionListener, announcer.address)
    wait_for(lambda: known(made).origin == "live", 5.0, "the session is live")
    return made


def known(listener):
    began = time.monotonic()
    found = listener.known(datetime.now(timezone.utc))
    assert time.monotonic() - began < 1, "a call to a device that does not answer takes 3 s"
    return found


def assert_known_at_once(listener):
    assert median_seconds(lambda: known(listener), 0.05) < 0.05


def test_a_session_is_live_and_books(listener):
    assert_known_at_once(listener)
    found = known(listener)
    assert (found.session.proposal, found.note) == ("1", None)
    now = datetime.now(timezone.utc)
    assert book(found, "/data/raw/x", 3600, now).assignment == "assigned"
    assert abs((now - found.fresh_at).total_seconds()) < 30


def test_a_switch_is_known_long_before_the_next_poll(listener, announcer):
    took = []
    for revision in range(2, 8):
        announcer.write("Session", session(revision=revision))
        began = time.monotonic()
        wait_for(lambda: known(listener).session.revision == revision, 30, "the switch")  # noqa: B023
        took.append(time.monotonic() - began)
    assert sorted(took)[2] < 0.3


def test_refreshing_a_thousand_times_asks_a_few_times(listener, announcer):
    announcer.write("PauseS", 0.2)
    before = announcer.read("Reads")
    for _ in range(1000):
        listener.refresh()
    wait_for(lambda: announcer.read("Reads") >= before + 2, 5.0, "asked again")
    assert announcer.read("Reads") <= before + 50


def test_a_dead_pathfixer_leaves_a_cached_session_whose_age_counts_from_its_last_answer(listener, announcer):
    announcer.kill()
    died = time.monotonic()
    wait_for(lambda: "not running" in (known(listener).note or ""), 5.0, "the reason")
    assert_known_at_once(listener)
    since = time.monotonic() - died
    found = known(listener)
    assert found.origin == "cached"
    assert since - 0.1 <= found.age_s <= time.monotonic() - died + 6
    now = datetime.now(timezone.utc)
    assert book(found, "/data/raw", 3600, now).assignment == "assigned"
    assert book(found, "/data/raw", found.age_s, now).assignment == "none"


def test_a_frozen_pathfixer_turns_cached_and_live_again_when_it_goes_on(listener, announcer):
    announcer.freeze()
    wait_for(lambda: known(listener).origin == "cached", 30, "cached")
    assert_known_at_once(listener)
    announcer.thaw()
    wait_for(lambda: known(listener).origin == "live", 15.0, "live again")


def test_a_restarted_pathfixer_is_live_again(listener, announcer):
    announcer.kill()
    wait_for(lambda: known(listener).origin == "cached", 5.0, "cached")
    announcer.start()
    announcer.wait_ready()
    announcer.write("Session", session(revision=9))
    wait_for(lambda: known(listener).session.revision == 9, 10.0, "the new session")


def test_a_restarted_process_knows_the_session_of_a_dead_pathfixer(listener, announcer, listen, tmp_path):
    wait_for(lambda: list(tmp_path.glob("SessionListener*")), 10, "its copy on disk")
    announcer.kill()
    listener.close()
    again = listen(SessionListener, announcer.address)
    found = known(again)
    assert (found.session.proposal, found.origin) == ("1", "cached")
    assert 0 <= found.age_s < 60


def test_a_pathfixer_that_was_never_there_is_none_with_a_reason(tango_db, listen):
    made = listen(SessionListener, "no/such/fixer")
    found = wait_for(lambda: "defined" in (one := known(made)).note and one, 5.0, "the reason")
    assert (found.session, found.origin) == (None, "none")
    assert found.note == "PathFixer no/such/fixer: not defined in the Tango database"


def test_nonsense_from_a_pathfixer_keeps_the_last_session_as_cached(listener, announcer):
    announcer.write("Session", "{}")
    found = wait_for(lambda: (one := known(listener)).origin == "cached" and one, 5.0, "cached")
    assert found.session.proposal == "1"
    assert "unreadable" in found.note


def test_the_active_selection_follows_scidog_and_outlives_it(announcer, listen):
    made = listen(SelectionListener, announcer.address)
    wait_for(lambda: "no selection is active" in (made.known().note or ""), 5.0, "none is active")
    announcer.write("ActiveSelection", Selection(name="optics", revision=2).model_dump_json())
    found = wait_for(lambda: (one := made.known()).selection and one, 5.0, "the selection")
    assert (found.selection.name, found.note) == ("optics", None)
    announcer.kill()
    wait_for(lambda: "not running" in (made.known().note or ""), 5.0, "the reason")
    assert made.known().selection.name == "optics"
    made.close()
    assert listen(SelectionListener, announcer.address).known().selection.name == "optics"
