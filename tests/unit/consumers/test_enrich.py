"""What the user office says, and what of it may be told."""

import pytest

from consumers.configuration import Office
from consumers.enrich import Enricher
from consumers.testing.captures import capture
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.protocol import Person, Proposal


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Desk:
    """A user office of one proposal that can be closed."""

    takes_s = 0.0

    def __init__(self, kind: str = "Normal") -> None:
        self.clock = Clock()
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
        self.clock.now_s += self.takes_s
        if not self.open:
            raise OfficeUnavailableError("closed")
        if number != self.known.number:
            raise UnknownProposalError(number)
        return self.known

    def proposals(self, beamline: str) -> list[Proposal]:
        return [self.known]


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


def test_a_failure_is_remembered_for_half_a_minute() -> None:
    desk = Desk()
    enricher = Enricher(desk, Office(), desk.clock)
    desk.open = False
    first = enricher.enrich(capture())
    desk.open = True
    desk.clock.now_s = 29
    assert enricher.enrich(capture()) == first
    assert enricher.enrich(capture(proposal="20269999")).lacking is not None
    assert desk.asked == 2, "another proposal is asked for"
    desk.clock.now_s = 30
    assert enricher.enrich(capture()).record is not None


def test_an_office_that_hangs_is_left_alone_for_half_a_minute_whatever_the_proposal() -> None:
    desk = Desk()
    enricher = Enricher(desk, Office(cache_s=60), desk.clock)
    known = enricher.enrich(capture())
    desk.open, desk.takes_s, desk.clock.now_s = False, 10.0, 3600.0
    assert enricher.enrich(capture()) == known
    assert enricher.enrich(capture()) == known
    assert "no answer" in (enricher.enrich(capture(proposal="20260002")).lacking or "")
    assert desk.asked == 2, "once when it was well, once when it hung"
    desk.clock.now_s += 30
    enricher.enrich(capture())
    assert desk.asked == 3


def test_an_unknown_proposal_is_asked_for_again_when_what_waits_is_tried() -> None:
    desk = Desk()
    enricher = Enricher(desk, Office(), desk.clock)
    message = capture(proposal="20269999")
    assert [enricher.enrich(message).lacking is None for _ in range(2)] == [False, False]
    assert desk.asked == 1
    desk.known = desk.known.model_copy(update={"number": "20269999"})
    enricher.forget_unknown()
    assert enricher.enrich(message).record is not None
