"""Who may measure, and in which visit."""

from datetime import datetime, timedelta, timezone

import pytest

from pathfixer.admission.admitting import admit, pick_visit, visits_of
from pathfixer.errors import RefusedError
from sdm.rule_files import load_rules
from sdm.user_office.protocol import Block, Person, Proposal
from sdm.visits import Kept, Visit

RULES = load_rules("maxiv_v1")
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
ADA, CARL = Person(account="adalov"), Person(account="carlcarl")
PROPOSAL = Proposal(number="20260101", pi=ADA, members=(CARL,), beamlines=("demo",))


def scheduled(*days: int) -> Proposal:
    blocks = tuple(
        Block(beamline="demo", start=NOW + timedelta(days=day), end=NOW + timedelta(days=day, hours=8))
        for day in days
    )
    return PROPOSAL.model_copy(update={"schedule": blocks})


@pytest.mark.parametrize("username", ["adalov", "carlcarl"])
def test_pi_and_members_may_measure(username):
    assert admit(PROPOSAL, (), username, "demo", False) == []


def test_members_of_the_parent_may_measure_for_the_child():
    child = Proposal(number="20260102", pi=Person(account="grace"), beamlines=("demo",), parent="20260101")
    assert admit(child, (PROPOSAL,), "carlcarl", "demo", False) == []
    with pytest.raises(RefusedError):
        admit(PROPOSAL, (), "grace", "demo", False)


def test_staff_may_measure_for_any_proposal_anywhere():
    assert admit(PROPOSAL, (), "lismei", "other", True) == []


def test_a_stranger_may_not_and_hears_whom_to_ask():
    with pytest.raises(RefusedError, match="ask the PI"):
        admit(PROPOSAL, (), "lismei", "demo", False)


def test_a_proposal_of_another_beamline_is_refused():
    with pytest.raises(RefusedError, match="not for other"):
        admit(PROPOSAL, (), "adalov", "other", False)


@pytest.mark.parametrize("status", ["Refused", "In Review", "Editing", "anything new"])
def test_what_is_not_accepted_is_refused(status):
    with pytest.raises(RefusedError, match=status):
        admit(PROPOSAL.model_copy(update={"status": status}), (), "adalov", "demo", False)


def test_a_finished_proposal_is_a_warning():
    finished = PROPOSAL.model_copy(update={"status": "Finished"})
    assert admit(finished, (), "adalov", "demo", False) == ["proposal 20260101 is finished"]


YESTERDAY = Kept(Visit("20261120", NOW - timedelta(days=1), None), over=False)


def pick(
    proposal: Proposal, wanted: str | None = None, is_staff: bool = False, kept: tuple[Kept, ...] = ()
) -> str:
    return pick_visit(wanted, visits_of(proposal, "demo", RULES, kept), is_staff, RULES, NOW).name


def test_the_visit_that_runs_now_is_meant():
    assert pick(scheduled(-5, 0, 5)) == "20261121"


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.parametrize("wanted", [None, "20261121"])
def test_a_proposal_without_schedule_is_measured_today(wanted, is_staff):
    assert pick(PROPOSAL, wanted, is_staff) == "20261121"
    assert pick(PROPOSAL, wanted, is_staff, (YESTERDAY,)) == "20261121"


@pytest.mark.parametrize("wanted", ["20261201", "20261120", "2026112108"])
def test_without_schedule_only_staff_give_another_date(wanted):
    with pytest.raises(RefusedError, match=r"not today \(20261121\), and there is no schedule .* staff may"):
        pick(PROPOSAL, wanted)
    assert pick(PROPOSAL, wanted, is_staff=True) == wanted


def test_without_schedule_a_visit_whose_folder_exists_goes_on():
    assert pick(PROPOSAL, "20261120", kept=(YESTERDAY,)) == "20261120"


def test_a_schedule_that_says_not_now_is_not_guessed_around():
    with pytest.raises(RefusedError, match="there is: 20261116, 20261126"):
        pick(scheduled(-5, 5))
    assert pick(scheduled(-5, 5), "20261116") == "20261116"


def test_only_staff_may_open_a_visit_that_is_not_scheduled():
    with pytest.raises(RefusedError, match="staff may open it"):
        pick(scheduled(5), "20261121")
    assert pick(scheduled(5), "20261121", is_staff=True) == "20261121"
