"""What may be opened with the user office, with what it told before, and without it."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pathfixer.admission.judge import Judge
from pathfixer.admission.staff import Staff
from pathfixer.admission.visits_here import VisitsHere
from pathfixer.errors import RefusedError
from pathfixer.open_request import OpenRequest
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.rule_files import load_rules
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import Block, Person, Proposal
from sdm.user_office.remembering import RememberingOffice
from sdm.visits import Kept, Visit

RULES = load_rules("maxiv_v1")
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
RUNNING = Block(beamline="demo", start=NOW - timedelta(hours=4), end=NOW + timedelta(hours=4))
LATER = Block(beamline="demo", start=NOW + timedelta(days=9), end=NOW + timedelta(days=10))
REASON = "beam is on, the user office is down"


def proposal(number: str, account: str, **fields: object) -> Proposal:
    told = {"number": number, "pi": Person(account=account), "beamlines": ("demo",), "schedule": (RUNNING,)}
    return Proposal.model_validate(told | fields)


SCHEDULED = proposal("20260101", "adalov")
NOT_NOW = proposal("20260102", "adalov", schedule=(LATER,))
UNSCHEDULED = proposal("20260103", "adalov", schedule=())
REFUSED = proposal("20260104", "adalov", status="Refused")
CLOSED = proposal("20260105", "adalov", type="Proprietary", title="Secret cathode")
IN_HOUSE = proposal("20260106", "lismei", type="In-house")
PARENT = proposal("20260110", "carlcarl", parent="20260111")
GRANDPARENT = proposal("20260111", "gracehop", parent="20260112")
CHILD = proposal("20260112", "adalov", parent="20260110")
ORPHAN = proposal("20260113", "adalov", parent="20269999")
KNOWN = (SCHEDULED, NOT_NOW, UNSCHEDULED, REFUSED, CLOSED, IN_HOUSE, PARENT, GRANDPARENT, CHILD, ORPHAN)


class Bench:
    """Judge with an office that can be closed; ``lismei`` is staff."""

    def __init__(self, folder: Path) -> None:
        self.known = {one.number: one for one in KNOWN}
        self.is_open = True
        self.now = NOW
        self.asked: list[str] = []
        clock = lambda: self.now  # noqa: E731
        cache = DiskCache(folder / "office.db", RULES.proprietary_types, timedelta(days=30), clock)
        self.staff = Staff(1, ("lismei",), lambda function: function(), lambda: None)
        self.office = RememberingOffice(self, cache, RULES.proprietary_types, clock)
        self.judge = Judge(self.office, self.staff, VisitsHere("demo", RULES), clock)

    def judge_with_folder_of(self, visit: Visit) -> Judge:
        kept = Kept(visit, over=False)
        return Judge(self.office, self.staff, VisitsHere("demo", RULES, lambda _: [kept]), lambda: self.now)

    def proposal(self, number: str) -> Proposal:
        self.asked.append(number)
        if not self.is_open:
            raise OfficeUnavailableError("no answer")
        if number not in self.known:
            raise UnknownProposalError(number)
        return self.known[number]

    def proposals(self, beamline: str) -> list[Proposal]:
        return list(self.known.values())

    def permit(self, wanted: Proposal, username: str = "adalov", **fields: str):
        return self.judge.permit(OpenRequest(username=username, proposal=wanted.number, **fields))

    def go_away(self) -> None:
        """Close the office, two hours after it has told of everything."""
        self.office.proposals("demo")
        self.is_open = False
        self.now += timedelta(hours=2)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_office_s_word_is_live(bench):
    permit = bench.permit(SCHEDULED)
    assert (permit.origin, permit.category, permit.visit.name, permit.warnings) == (
        "live",
        "visitors",
        "20261121",
        [],
    )


@pytest.mark.parametrize(
    ("wanted", "username", "category"),
    [(SCHEDULED, "adalov", "visitors"), (CLOSED, "adalov", "proprietary"), (IN_HOUSE, "lismei", "staff")],
)
def test_the_category_follows_from_the_type(bench, wanted, username, category):
    assert bench.permit(wanted, username).category == category


@pytest.mark.parametrize("username", ["adalov", "carlcarl", "gracehop", "lismei"])
def test_members_of_a_parent_and_of_its_parent_are_members_of_the_child(bench, username):
    assert bench.permit(CHILD, username).proposal == CHILD


def test_members_of_a_child_are_no_members_of_its_parent(bench):
    bench.known[GRANDPARENT.number] = GRANDPARENT.model_copy(update={"parent": None})
    with pytest.raises(RefusedError, match="belongs neither"):
        bench.permit(PARENT, "adalov")


def test_parents_that_go_round_in_a_circle_end(bench):
    with pytest.raises(RefusedError, match="belongs neither"):
        bench.permit(CHILD, "stranger")
    assert len(bench.asked) == 3


def test_a_parent_that_is_gone_hinders_no_member_of_the_child(bench):
    assert bench.permit(ORPHAN, "adalov").warnings == []
    with pytest.raises(RefusedError, match="belongs neither"):
        bench.permit(ORPHAN, "stranger")


def test_what_is_known_and_scheduled_is_opened_while_the_office_is_away(bench):
    bench.go_away()
    permit = bench.permit(SCHEDULED)
    assert (permit.origin, permit.office_as_of, permit.visit.name) == ("cached", NOW, "20261121")
    assert "the user office is away (no answer)" in permit.warnings[0]
    assert "2026-11-21 12:00 UTC" in permit.warnings[0]


def test_a_parent_known_from_before_counts_as_cached(bench):
    bench.permit(PARENT, "carlcarl")
    bench.permit(CHILD)
    bench.is_open = False
    assert bench.permit(CHILD, "carlcarl").origin == "cached"


@pytest.mark.parametrize("wanted", [NOT_NOW, UNSCHEDULED])
def test_what_is_known_and_not_scheduled_needs_staff_and_a_reason(bench, wanted):
    bench.go_away()
    with pytest.raises(RefusedError, match="only staff may open it, with an override_reason"):
        bench.permit(wanted, override_reason=REASON)
    with pytest.raises(RefusedError, match="lismei may open it with an override_reason"):
        bench.permit(wanted, "lismei", override_reason="  ")
    permit = bench.permit(wanted, "lismei", override_reason=REASON)
    assert (permit.origin, permit.override_reason, permit.visit.name) == ("override", REASON, "20261121")
    assert permit.category == "visitors"


def test_a_visit_that_merely_has_a_folder_is_not_scheduled(bench):
    visit = Visit("20261120", NOW - timedelta(days=1), NOW + timedelta(days=1), scheduled=False)
    judge = bench.judge_with_folder_of(visit)
    request = OpenRequest(username="adalov", proposal=UNSCHEDULED.number, visit=visit.name)
    assert judge.permit(request).visit == visit
    bench.go_away()
    with pytest.raises(RefusedError, match="'20261120' is not scheduled .* only staff"):
        judge.permit(request)


def test_what_is_unknown_needs_staff_and_a_reason_and_has_no_category(bench):
    bench.is_open = False
    for username, reason in (("adalov", REASON), ("lismei", "")):
        with pytest.raises(RefusedError, match="has not told of proposal 20260101 lately"):
            bench.permit(SCHEDULED, username, override_reason=reason)
    permit = bench.permit(SCHEDULED, "lismei", override_reason=REASON, visit="20261120")
    assert (permit.origin, permit.category, permit.visit.name) == ("override", None, "20261120")


def test_who_may_not_with_the_office_may_not_without_it(bench):
    bench.go_away()
    with pytest.raises(RefusedError, match="belongs neither"):
        bench.permit(SCHEDULED, "stranger")
    with pytest.raises(RefusedError, match="'Refused', not accepted"):
        bench.permit(REFUSED, "lismei", override_reason=REASON)


def test_an_office_that_says_no_is_not_overridden(bench):
    wanted = proposal("20269999", "adalov")
    with pytest.raises(UnknownProposalError):
        bench.permit(wanted, "lismei", override_reason=REASON)


def test_a_reason_is_not_needed_while_the_office_answers(bench):
    permit = bench.permit(UNSCHEDULED, "lismei", override_reason=REASON)
    assert (permit.origin, permit.override_reason) == ("live", None)


def test_no_answer_tells_a_secret_title(bench):
    told = str(bench.permit(CLOSED))
    bench.go_away()
    told += str(bench.permit(CLOSED)) + str(bench.office.proposal(CLOSED.number))
    assert "Secret cathode" not in told


def test_what_is_wrong_with_the_group_is_a_warning(bench: Bench):
    staff = Staff(1, (), lambda function: function(), lambda: None)
    spoken_of: list[list[str]] = []

    def about(family) -> list[str]:
        spoken_of.append([one.number for one in family])
        return ["the group is stale"]

    judge = Judge(bench.office, staff, VisitsHere("demo", RULES), lambda: NOW, about)
    permit = judge.permit(OpenRequest(username="carlcarl", proposal=CHILD.number))
    assert permit.warnings == ["the group is stale"]
    assert spoken_of == [[CHILD.number, PARENT.number]]
