"""A keeper whose user office is away, and what it offers to choose from."""

from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.admission.visits_here import VisitsHere
from pathfixer.open_request import OpenRequest
from sdm.user_office.protocol import Person, Proposal
from tests.own_tree import RULES
from tests.unit.pathfixer.conftest import ICE, NOW, Bench, run, tell
from tests.waiting import wait_for

BY_STAFF = OpenRequest(
    username="lismei", proposal="20260199", sample="nickel", override_reason="the beam is on"
)


def test_an_override_stands_in_session_and_history(bench):
    bench.office.is_open = False
    assert "the user office is away" in bench.keeper.open_session(BY_STAFF, "me", tell)[0]
    session = bench.keeper.current.session
    assert (session.origin, session.override_reason) == ("override", "the beam is on")
    assert "by override: the beam is on" in bench.keeper.current.history[0]
    assert "the user office is away" in bench.keeper.condition.status


def test_a_proposal_whose_type_nobody_can_say_is_treated_as_proprietary(bench):
    bench.office.is_open = False
    bench.keeper.open_session(BY_STAFF, "me", tell)
    assert (bench.keeper.current.session.category, bench.keeper.current.sample) == ("proprietary", "s01")


def test_a_folder_made_before_the_experiment_tells_the_category(bench, root):
    (root / "visitors/demo/20260199").mkdir(mode=0o2750)
    bench.office.is_open = False
    bench.keeper.open_session(BY_STAFF, "me", tell)
    assert (bench.keeper.current.session.category, bench.keeper.current.sample) == ("visitors", "nickel")


def test_a_session_from_memory_is_marked_cached(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.office.is_open = False
    warning = bench.keeper.open_session(ICE, "me", tell)[0]
    assert "what is known is from 2026-11-21 12:00 UTC" in warning
    assert (bench.keeper.current.session.origin, bench.keeper.current.session.office_as_of) == ("cached", NOW)
    assert "the user office was away" in bench.keeper.current.history[0]


def test_a_restarted_keeper_offers_what_the_office_told_before_with_its_age(root, tmp_path):
    first = Bench(root, tmp_path / "state")
    first.keeper.start()
    wait_for(lambda: first.keeper.office.as_of, 5, "the office's answer")
    first.keeper.stop()
    second = Bench(root, tmp_path / "state")
    second.office.is_open = False
    assert second.keeper.office.as_of == NOW
    assert second.keeper.office.proposals("carlcarl", False) == ["20260101  Ice", "20260102"]
    second.keeper.start()
    wait_for(lambda: second.keeper.office.problem, 5, "the office is away")
    assert second.keeper.office.proposals("carlcarl", False) == ["20260101  Ice", "20260102"]
    second.keeper.stop()


def test_staff_are_offered_finished_proposals_too_and_nobody_refused_ones(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    for number, status in (("20260101", "Finished"), ("20260102", "Refused")):
        bench.office.known[number] = bench.office.known[number].model_copy(update={"status": status})
    bench.keeper.office.refresh()
    wait_for(lambda: bench.keeper.office.proposals("carlcarl", False) == [], 5, "the new statuses")
    assert bench.keeper.office.proposals("lismei", True) == ["20260101  Ice"]


def test_the_office_is_asked_again_by_itself(root, tmp_path):
    bench = Bench(root, tmp_path / "state")
    memory = OfficeMemory(bench.remembering, bench.people, VisitsHere("demo", RULES), run, lambda: None, 0.02)
    memory.start()
    wait_for(lambda: memory.proposals("lismei", True), 5, "the first answer")
    bench.office.known.clear()
    wait_for(lambda: memory.proposals("lismei", True) == [], 5, "a later answer")
    memory.stop()
    bench.keeper.stop()


def test_an_office_that_is_back_is_soon_noticed(root, tmp_path):
    bench = Bench(root, tmp_path / "state")
    bench.office.is_open = False
    memory = OfficeMemory(
        bench.remembering, bench.people, VisitsHere("demo", RULES), run, lambda: None, away_s=0.02
    )
    memory.start()
    wait_for(lambda: memory.problem, 5, "the office is away")
    bench.office.is_open = True
    wait_for(lambda: memory.problem is None, 5, "the office is back")
    assert memory.as_of == NOW
    memory.stop()
    bench.keeper.stop()


def test_what_a_parent_of_another_beamline_has_is_offered_to_its_members(bench):
    parent = Proposal(number="20250001", pi=Person(account="gracehop"), beamlines=("other",))
    bench.office.known["20260101"] = bench.office.known["20260101"].model_copy(update={"parent": "20250001"})
    bench.office.elsewhere = {"20250001": parent}
    wait_for(lambda: bench.keeper.office.as_of, 5, "the first answer")
    bench.keeper.office.refresh()
    wait_for(lambda: bench.keeper.office.proposals("gracehop", False), 5, "the parent's answer")
    assert bench.keeper.office.proposals("gracehop", False) == ["20260101  Ice"]


def test_a_visit_that_no_schedule_knows_is_offered_without_times(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.keeper.open_session(
        OpenRequest(username="lismei", proposal="20260102", visit="20261102"), "me", tell
    )
    assert bench.keeper.office.visits("20260102")[1:] == ["20261102  not in the schedule"]
