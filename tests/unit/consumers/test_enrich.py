"""What the user office says, and what of it may be told."""

import pytest

from consumers.configuration import Office
from consumers.enrich import Enricher
from consumers.testing.captures import capture
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.protocol import Person, Proposal


class Desk:
    """A user office of one proposal that can be closed."""

    def __init__(self, kind: str = "Normal") -> None:
        self.known = Proposal(
            number="20260001",
            title="Ice",
            abstract="How ice grows.",
            type=kind,
            pi=Person(first_name="Ada", last_name="Lovelace", email="ada@example.org"),
        )
        self.asked = 0
        self.open = True

    def proposal(self, number: str) -> Proposal:
        self.asked += 1
        if not self.open:
            raise OfficeUnavailableError("closed")
        if number != self.known.number:
            raise UnknownProposalError(number)
        return self.known

    def proposals(self, beamline: str) -> list[Proposal]:
        return [self.known]


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_proposal_pi_title_and_abstract() -> None:
    assert Enricher(Desk(), Office()).enrich(capture()).record == {
        "proposal": "20260001",
        "pi": {"name": "Ada Lovelace", "email": "ada@example.org"},
        "title": "Ice",
        "abstract": "How ice grows.",
    }


@pytest.mark.parametrize(
    ("kind", "category"),
    [("Normal", "proprietary"), ("Proprietary", "visitors"), ("proprietary", "staff"), ("Normal", None)],
)
def test_in_doubt_title_and_abstract_stay_in_the_office(kind: str, category: str | None) -> None:
    record = Enricher(Desk(kind), Office()).enrich(capture(category=category)).record
    assert record is not None
    assert record.keys() == {"proposal", "pi"}


def test_an_unassigned_capture_asks_nobody() -> None:
    desk = Desk()
    enrichment = Enricher(desk, Office()).enrich(capture(proposal=None, assignment="none"))
    assert (enrichment.record, enrichment.lacking, desk.asked) == (None, None, 0)


def test_an_unknown_proposal_is_something_to_wait_for() -> None:
    enrichment = Enricher(Desk(), Office()).enrich(capture(proposal="20269999"))
    assert enrichment.lacking == "the user office does not know proposal '20269999'"


def test_an_answer_is_remembered_and_outlives_the_office() -> None:
    desk, clock = Desk(), Clock()
    enricher = Enricher(desk, Office(cache_s=60), clock)
    first = enricher.enrich(capture())
    assert enricher.enrich(capture()) == first
    assert desk.asked == 1
    desk.open, clock.now_s = False, 3600.0
    assert enricher.enrich(capture()) == first


def test_an_office_that_never_answered_is_something_to_wait_for() -> None:
    desk = Desk()
    desk.open = False
    assert Enricher(desk, Office()).enrich(capture()).lacking == "the user office gives no answer: closed"
