"""What ``scizoo groups`` says: what was done, what was not and why, and whether somebody must see to it."""

from dataclasses import replace

from scizoo.groups_report import Report
from sdm.groups.applying import Result
from sdm.groups.entries import account_member
from sdm.groups.plan import Plan
from sdm.groups.steps import AddMember, RemoveMember

ADD = AddMember("g", account_member("kim"))
REMOVE = RemoveMember("g", account_member("lee"))
PLAN = Plan("20260101", "g", steps=(ADD, REMOVE))
REASON = "the directory says busy"


def test_a_plan_says_what_and_when():
    assert list(Report("20260101", PLAN).lines()) == [
        "20260101, group g: 2 planned",
        "  + add kim to g",
        "  + remove lee from g (takes effect at the next log-in: a running process keeps its groups)",
    ]
    assert not Report("20260101", PLAN).red


def test_a_failure_names_what_was_and_what_was_not_done():
    report = Report("20260101", PLAN, [Result(ADD, "done"), Result(REMOVE, "failed", REASON)])
    lines = list(report.lines())
    assert lines[0] == "20260101, group g: 1 done, 1 failed"
    assert lines[1] == "  ✓ add kim to g"
    assert lines[2].endswith(f"): {REASON}")
    assert report.red


def test_nothing_to_do_is_said():
    report = Report("20260101", replace(PLAN, steps=()), [])
    assert list(report.lines()) == ["20260101, group g: nothing to do"]
    assert not report.red


def test_a_held_plan_is_red_until_somebody_has_agreed():
    held = replace(PLAN, holds=("many would leave",))
    assert Report("20260101", held).red
    assert not Report("20260101", held, [Result(ADD, "done")], agreed=True).red
    assert list(Report("20260101", held).lines())[-1] == (
        "  ! held: many would leave; nothing is changed without --yes"
    )


def test_problems_and_blocks_are_red_and_warnings_are_not():
    assert Report("20260101", replace(PLAN, problems=("account pat is missing",))).red
    assert Report("20260101", replace(PLAN, blocks=("twin",)), [], agreed=True).red
    assert not Report("20260101", replace(PLAN, warnings=("15 groups",))).red


def test_programs_get_the_same():
    report = Report("20260101", replace(PLAN, warnings=("w",)), [Result(ADD, "failed", REASON)])
    assert report.document() == {
        "proposal": "20260101",
        "group": "g",
        "steps": [{"state": "failed", "step": "add kim to g", "note": "", "reason": REASON}],
        "problems": [],
        "holds": [],
        "blocks": [],
        "warnings": ["w"],
    }
    error = Report("20260102", error="unknown")
    assert (error.document(), error.red) == ({"proposal": "20260102", "error": "unknown"}, True)
