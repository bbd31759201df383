"""A session that was opened while the user office was away, and what the office says afterwards."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pathfixer.open_request import OpenRequest
from pathfixer.steps import Wish
from scifish.booking import KnownSession, book
from sdm.user_office.protocol import Person
from tests.unit.pathfixer.conftest import NOW, Bench, tell
from tests.waiting import wait_for

ICE = OpenRequest(username="carlcarl", proposal="20260101", visit="20260914", sample="ice")


@pytest.fixture
def cached(bench: Bench) -> Bench:
    """A keeper with a session from memory, and an office that has come back."""
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.office.is_open = False
    bench.keeper.open_session(ICE, "me", tell)
    bench.office.is_open = True
    return bench


def change(bench: Bench, **fields: object) -> None:
    """Let the office say something else of the proposal from now on."""
    bench.office.known["20260101"] = bench.office.known["20260101"].model_copy(update=fields)


def note_of(bench: Bench) -> str | None:
    """Return what a capture that begins now is told about its context."""
    session = bench.keeper.session
    return book(KnownSession(session, "live"), session.sample_path, 60, NOW).context_note


def test_what_the_office_confirms_is_live_from_then_on(cached):
    before = cached.keeper.session
    cached.keeper.recheck.look()
    session = cached.keeper.session
    assert (before.origin, session.origin, session.revision) == ("cached", "live", before.revision + 1)
    assert (session.sample_path, session.office_as_of, session.objection) == (before.sample_path, None, None)
    assert (cached.keeper.warnings, note_of(cached)) == ([], None)
    assert cached.keeper.condition.state == "ON"
    confirmed, opened = cached.keeper.current.history
    assert "confirmed 20260101" in confirmed
    assert "asked by this PathFixer, the user office answers again" in confirmed
    assert "the user office was away" in opened
    assert cached.store.last() == session


def test_an_office_that_is_still_away_changes_nothing(cached):
    cached.office.is_open = False
    before = cached.keeper.session
    cached.keeper.recheck.look()
    assert cached.keeper.session == before
    assert len(cached.keeper.current.history) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "Refused"}, "proposal 20260101 is 'Refused', not accepted"),
        ({"members": ()}, "carlcarl belongs neither to proposal 20260101 nor to the staff"),
        ({"schedule": ()}, "visit '20260914' is not scheduled"),
        ({"type": "Proprietary"}, "proposal 20260101 belongs into proprietary by its type"),
        ({"beamlines": ("other",), "schedule": ()}, "proposal 20260101 is not for demo"),
    ],
)
def test_an_objection_is_an_alarm_and_ends_nothing(cached, fields, said):
    scan_dir, before = cached.server.variables["ScanDir"], cached.keeper.session
    change(cached, **fields)
    cached.keeper.recheck.look()
    cached.keeper.recheck.look()
    session = cached.keeper.session
    assert (session.state, session.origin, session.sample_path) == ("open", "cached", before.sample_path)
    assert (session.revision, cached.server.variables["ScanDir"]) == (before.revision + 1, scan_dir)
    assert cached.keeper.condition.state == "ALARM"
    assert said in cached.keeper.condition.status
    doubted, opened = cached.keeper.current.history
    assert "doubted 20260101" in doubted
    assert said in doubted
    assert "opened 20260101" in opened
    assert f"since then it says: {session.objection}" in note_of(cached)


def test_a_proposal_that_the_office_no_longer_knows_is_an_objection(cached):
    del cached.office.known["20260101"]
    cached.keeper.recheck.look()
    assert "the user office knows no proposal '20260101'" in cached.keeper.condition.status


def test_an_objection_that_is_mended_goes_away(cached):
    people = cached.office.known["20260101"].members
    change(cached, members=(Person(account="gracehop"),))
    cached.keeper.recheck.look()
    assert cached.keeper.condition.state == "ALARM"
    change(cached, members=people)
    cached.keeper.recheck.look()
    assert (cached.keeper.condition.state, cached.keeper.session.origin) == ("ON", "live")


def test_an_objection_outlives_a_restart(cached, root):
    change(cached, status="Refused")
    cached.keeper.recheck.look()
    cached.keeper.stop()
    second = Bench(root, cached.folder)
    assert "'Refused', not accepted" in second.keeper.condition.status
    second.keeper.stop()


def test_a_moved_end_of_the_visit_is_taken_over(cached):
    block = cached.office.known["20260101"].schedule[0]
    later = block.model_copy(update={"end": block.end + timedelta(hours=5)})
    change(cached, schedule=(later,))
    cached.keeper.recheck.look()
    assert cached.keeper.session.visit_ends_at == later.end


def test_an_answer_that_comes_after_a_switch_concerns_nobody(cached):
    cached.office.asked.clear()
    cached.office.answers.clear()
    asking = threading.Thread(target=cached.keeper.recheck.look)
    asking.start()
    assert cached.office.asked.wait(60)
    cached.now += timedelta(seconds=1)
    cached.keeper.close_session("me")
    closed = cached.keeper.session
    cached.office.answers.set()
    asking.join(60)
    assert not asking.is_alive()
    assert cached.keeper.session == closed


def test_a_sample_that_is_being_set_is_not_forgotten(cached):
    wish = Wish(sample="water", client="me")
    cached.keeper.current.ask_for(wish, cached.keeper.session)
    cached.keeper.recheck.look()
    assert cached.keeper.session.origin == "live"
    assert cached.keeper.current.sample == "water"
    assert cached.store.wish() == wish


def test_a_sample_that_could_not_be_set_is_still_told(cached):
    (Path(cached.keeper.session.path) / "water").write_text("in the way")
    cached.keeper.samples.ask("water", "me")
    wait_for(lambda: cached.keeper.condition.state == "ALARM", 5, "ALARM")
    cached.keeper.recheck.look()
    assert cached.keeper.session.origin == "live"
    assert "sample 'water' could not be set" in cached.keeper.condition.status


def test_staff_s_own_word_is_not_put_to_the_office(bench):
    bench.office.is_open = False
    request = ICE.model_copy(update={"username": "lismei", "override_reason": "the beam is on"})
    bench.keeper.open_session(request.model_copy(update={"proposal": "20260105"}), "me", tell)
    bench.office.is_open = True
    bench.keeper.recheck.look()
    assert bench.keeper.session.origin == "override"
