"""What a person may choose from, without a device."""

import pytest

from pathfixer.choices import Option, Question, options, parse_question, samples_of, usernames_of
from pathfixer.errors import RefusedError
from scifish.session import Session


def session(username: str, proposal: str, visit: str, sample: str | None) -> Session:
    return Session(
        revision=1,
        state="open",
        beamline="demo",
        username=username,
        proposal=proposal,
        visit=visit,
        sample=sample,
    )


SESSIONS = [
    Session(revision=5, beamline="demo"),
    session("carlcarl", "20260101", "20260914", "ice"),
    session("carlcarl", "20260101", "20260914", None),
    session("adalov", "20260101", "20251002", "air"),
    session("carlcarl", "20260101", "20260914", "ice"),
    session("gracehop", "20260102", "20260914", "s01"),
]


def test_an_option_is_a_value_and_the_words_beside_it() -> None:
    assert options(["20260101  Ice  in glass", "20260102"]) == (
        Option(value="20260101", text="Ice  in glass"),
        Option(value="20260102"),
    )


def test_users_and_samples_are_offered_once_and_the_newest_first() -> None:
    assert usernames_of(SESSIONS) == ("carlcarl", "adalov", "gracehop")
    assert samples_of(SESSIONS, "20260101", "") == ("ice", "air")


def test_samples_are_those_of_the_visit_alone() -> None:
    assert samples_of(SESSIONS, "20260101", "20260914") == ("ice",)
    assert samples_of(SESSIONS, "20260109", "20260914") == ()


def test_nothing_chosen_yet_is_a_question_too() -> None:
    assert parse_question("") == parse_question("{}") == Question()


@pytest.mark.parametrize("text", ["nonsense", '{"user": "x"}', '{"visit": 20260914}'])
def test_a_question_nobody_understands_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(RefusedError, match="Choices cannot read"):
        parse_question(text)
