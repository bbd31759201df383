"""The state of a capture, from what was sent and what was answered."""

import pytest

from scifish.ledger.capture_state import Answer, Telling, standing

STARTED = Telling("started", "sardana@h", "", 0, 2, True)
ENDED = Telling("ended", "sardana@h", "", 2, 3, True)
CLOSED = Telling("ended", "scifish@h", "", 1, 1, True)


def part(number: int, revision: int, author: str = "sardana@h", sent: bool = True) -> Telling:
    return Telling("amended", author, f"files:{number}/2", 2, revision, sent)


def answer(
    telling: Telling, outcome: str = "catalogued", sink: str = "mongodb", place: int = 1, **more
) -> Answer:
    about = (telling.phase, telling.author, telling.part, telling.rank, telling.revision)
    told = {"reason": None, "sinks": ("mongodb",), "at": "2026-01-01T00:00:00Z", **more}
    return Answer(*about, sink=sink, outcome=outcome, place=place, **told)


def test_before_kafka_has_it_a_capture_is_captured_and_open():
    now = standing([Telling("started", "a@h", "", 0, 1, False)], [])
    assert (now.state, now.open, now.final) == ("captured", True, False)


def test_with_kafka_it_is_sent_and_with_every_sink_catalogued():
    assert standing([ENDED], []).state == "sent"
    both = {"sinks": ("mongodb", "scicat")}
    assert standing([ENDED], [answer(ENDED, **both)]).state == "sent"
    done = standing([ENDED], [answer(ENDED, **both), answer(ENDED, sink="scicat", **both)])
    assert (done.state, done.final) == ("catalogued", True)


def test_a_sink_that_is_off_is_not_waited_for_and_the_newest_receipt_names_the_sinks():
    old = answer(ENDED, sinks=("mongodb", "scicat"), place=1)
    new = answer(ENDED, sinks=("mongodb",), place=2)
    assert standing([ENDED], [old]).state == "sent"
    assert standing([ENDED], [new]).state == "catalogued"


@pytest.mark.parametrize(
    ("outcomes", "state"), [(("rejected", "waiting"), "rejected"), (("waiting", "catalogued"), "waiting")]
)
def test_rejected_outweighs_waiting_and_waiting_outweighs_catalogued(outcomes, state):
    sinks = ("mongodb", "scicat")
    answers = [
        answer(ENDED, outcome, sink, sinks=sinks, reason="because")
        for outcome, sink in zip(outcomes, sinks, strict=True)
    ]
    now = standing([ENDED], answers)
    assert now.state == state
    assert now.reason and now.reason.endswith("because")


def test_only_the_newest_body_counts_by_rank_then_revision():
    now = standing([STARTED, ENDED, CLOSED], [answer(STARTED), answer(CLOSED)])
    assert now.state == "sent", "the end by the producer outranks the one by SciFish"
    assert standing([STARTED, ENDED, CLOSED], [answer(ENDED)]).state == "catalogued"


def test_a_catalogued_start_is_not_final_while_the_scan_runs():
    now = standing([STARTED], [answer(STARTED)])
    assert (now.state, now.open, now.final) == ("catalogued", True, False)


def test_every_part_counts_and_of_each_only_its_newest():
    tellings = [ENDED, part(1, 4), part(1, 6), part(2, 5)]
    assert standing(tellings, [answer(ENDED), answer(part(1, 6))]).state == "sent"
    assert standing(tellings, [answer(ENDED), answer(part(1, 6)), answer(part(2, 5))]).state == "catalogued"
    assert standing([*tellings, part(1, 1, "scifly@h", sent=False)], [answer(ENDED)]).state == "captured"


def test_an_answer_arriving_before_the_acknowledgement_is_noted_shows_that_it_was_sent():
    unsent = Telling("ended", "sardana@h", "", 2, 3, False)
    now = standing([unsent], [answer(unsent, sinks=("mongodb", "scicat"))])
    assert now.state == "sent"
