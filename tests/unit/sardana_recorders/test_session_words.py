"""What the session macros say, and what TAB offers, without Sardana."""

from datetime import datetime, timezone

import pytest

from pathfixer.choices import Choices, Option
from pathfixer.look import Look
from sardana_recorders.session_completion import offers
from sardana_recorders.session_words import complaint_lines, proposal_lines, scan_dir_warning, session_lines
from scifish.session import Session

CLOSED = Session(revision=0, beamline="demo", unowned_path="/data/staff/demo/unowned")
OPEN = Session(
    revision=1,
    state="open",
    beamline="demo",
    username="carlcarl",
    proposal="20260101",
    visit="20260914",
    sample="ice",
    path="/data/raw",
    sample_path="/data/raw/ice",
    unowned_path="/data/staff/demo/unowned",
    opened_at=datetime(2026, 9, 14, 6, tzinfo=timezone.utc),
)
CHOICES = Choices(
    usernames=("carlcarl", "adalov"),
    proposals=(Option(value="20260101", text="Ice"), Option(value="20260102")),
    visits=(Option(value="20260914", text="2026-09-14 08:00 - 2026-09-15 08:00"),),
    samples=("ice", "air"),
    endstations=("None", "EA01"),
    as_of="2026-09-14T06:00:00+00:00",
)


def said(lines: list[str]) -> str:
    return "\n".join(lines)


def test_without_a_session_it_is_said_and_how_to_open_one() -> None:
    text = said(session_lines(Look("STANDBY", "", CLOSED)))
    assert text.startswith("NO SESSION, NO DATA")
    assert "/data/staff/demo/unowned and are booked on nobody" in text
    assert "newsession <username> <proposal>" in text


def test_an_open_session_is_told_with_user_sample_and_where_the_data_goes() -> None:
    text = said(session_lines(Look("ON", "", OPEN, sample="ice")))
    assert text.startswith("Session of proposal 20260101, visit 20260914")
    for word in ("carlcarl", "ice", "/data/raw/ice"):
        assert word in text
    assert "being made" not in text


def test_a_sample_whose_folder_is_not_there_yet_is_told_so() -> None:
    assert "air (its folder is being made)" in said(session_lines(Look("ON", "", OPEN, sample="air")))


def test_a_device_in_fault_says_why() -> None:
    assert "property Beamline is missing" in said(
        session_lines(Look("FAULT", "property Beamline is missing"))
    )


def test_complaints_are_the_status_without_its_headline() -> None:
    alarm = Look("ALARM", "Session of proposal 20260101\nmacroserver/b/2: cannot be written", OPEN)
    assert complaint_lines(alarm) == ["macroserver/b/2: cannot be written"]
    warned = OPEN.model_copy(update={"warnings": ["proposal 20260101 is finished"]})
    assert complaint_lines(Look("ON", "Session\nproposal 20260101 is finished", warned)) == [
        "proposal 20260101 is finished"
    ]
    assert complaint_lines(Look("STANDBY", "NO SESSION, NO DATA: open a session", CLOSED)) == []


def test_the_proposals_of_a_user_are_listed_with_the_next_step() -> None:
    text = said(proposal_lines("carlcarl", CHOICES))
    assert "20260101  Ice" in text and "newsession carlcarl <proposal>" in text


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices(), "has not answered yet"),
        (Choices(as_of="2026"), "no accepted proposal"),
        (Choices(problem="user office: no answer"), "type the number"),
    ],
)
def test_no_proposal_to_choose_from_has_a_reason(choices: Choices, words: str) -> None:
    assert words in said(proposal_lines("carlcarl", choices))


def test_scans_that_go_elsewhere_are_warned_of() -> None:
    assert scan_dir_warning(OPEN, "/data/raw/ice") is None
    assert scan_dir_warning(CLOSED, "/data/staff/demo/unowned") is None
    assert "not /data/raw/ice" in (scan_dir_warning(OPEN, "/home/me") or "")
    assert "NOT saved" in (scan_dir_warning(OPEN, None) or "")


class Fixer:
    """A PathFixer that answers from memory."""

    def __init__(self, session: Session = OPEN) -> None:
        self.session = session
        self.asked: list[tuple[str, ...]] = []

    def look(self) -> Look:
        return Look("ON", "", self.session)

    def choices(self, *question: str) -> Choices:
        self.asked.append(question)
        return CHOICES


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("newsession ", ["carlcarl", "adalov"]),
        ("%newsession ca", ["carlcarl", "adalov"]),
        ("newsession carlcarl ", ["20260101", "20260102"]),
        ("newsession carlcarl 2026", ["20260101", "20260102"]),
        ("newsession carlcarl 20260101 ", ["now", "20260914"]),
        ("newsession carlcarl 20260101 now ", ["ice", "air"]),
        ("newsession carlcarl 20260101 now ice ", ["None", "EA01"]),
        ("newsession carlcarl 20260101 now ice None ", []),
        ("newsample ", ["ice", "air"]),
        ("newsample ic", ["ice", "air"]),
        ("newsample ice ", []),
    ],
)
def test_tab_offers_what_may_stand_there(line: str, offered: list[str]) -> None:
    assert offers(line, Fixer()) == offered


def test_tab_asks_for_the_words_before_the_cursor() -> None:
    fixer = Fixer()
    offers("newsession carlcarl 20260101 now i", fixer)
    offers("newsample ", fixer)
    assert fixer.asked == [("carlcarl", "20260101", ""), ("", "20260101", "20260914")]


def test_without_a_session_there_is_no_sample_to_offer() -> None:
    assert offers("newsample ", Fixer(CLOSED)) == []
