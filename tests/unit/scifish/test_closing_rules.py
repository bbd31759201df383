"""When a capture that nobody ended is over."""

from datetime import datetime, timedelta, timezone

import pytest

from scifish.closing.door_reports import keep_latest, read_errors, read_macro_status
from scifish.closing.rules import (
    MacroReport,
    Verdict,
    closing_message,
    ended_by_new_start,
    judge_door,
    owner_is_gone,
)
from scifish.messages import decode
from scifish.testing.capture_messages import new_identity, told

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("state", ["RUNNING", "STANDBY"])
def test_a_door_at_work_says_nothing(state):
    assert judge_door(state, [MacroReport("m1", "abort")], "m1") is None


@pytest.mark.parametrize(
    ("report", "status", "text"),
    [
        (MacroReport("m1", "abort"), "aborted", "abort"),
        (MacroReport("m1", "stop"), "stopped", "stop"),
        (MacroReport("m1", "exception", "detector cover closed"), "failed", "detector cover closed"),
        (MacroReport("m1", "finish"), "interrupted", "finished without ending its scan"),
    ],
)
def test_the_macros_own_report_decides(report, status, text):
    verdict = judge_door("ON", [MacroReport("m0", "exception", "another scan's"), report], "m1")
    assert verdict is not None
    assert verdict.status == status
    assert text in verdict.error


def test_without_a_report_the_doors_state_is_all_there_is():
    assert judge_door("ALARM", [], "m1").status == "failed"
    assert judge_door("ON", [], "m1").status == "interrupted"


def test_without_a_report_the_text_is_what_the_door_said_last():
    said = read_errors(["An error occurred while running ascan:", "OSError: no folder", ""])
    verdict = judge_door("ALARM", [], "m1", said)
    assert verdict.error == "An error occurred while running ascan: OSError: no folder"
    assert "the Door is in ALARM" in judge_door("ALARM", [], "m1", read_errors([])).error


def test_a_later_start_ends_an_open_scan_unless_it_runs_inside_it():
    assert ended_by_new_start("door/demo/1", "ascan#1", "Door/Demo/1", ["ascan#2"])
    assert not ended_by_new_start("door/demo/1", "ascan#1", "door/demo/1", ["ascan#2", "ascan#1", "nested#1"])
    assert not ended_by_new_start("door/demo/1", "ascan#1", "door/demo/2", ["ascan#2"])
    assert not ended_by_new_start(None, "x", None, ["y"])


def test_the_closing_message_is_complete_and_outranked_by_the_true_end():
    started = told(
        new_identity(),
        "started",
        2,
        title="ascan",
        start_time=NOON,
        values_at_start={"current": {"value": 250.0, "unit": "mA"}},
    )
    verdict = owner_is_gone("sardana@h", NOON + timedelta(minutes=3))
    message = closing_message(started, verdict, "scifish@h", 1, NOON + timedelta(minutes=3))
    assert decode(message.to_bytes()) == message
    assert (message.phase, message.rank, message.revision, message.author) == ("ended", 1, 1, "scifish@h")
    assert message.status == "interrupted" and "2026-01-01T12:03:00+00:00" in message.error
    assert message.values_at_start == started.values_at_start and message.title == "ascan"
    assert message.end_time == NOON + timedelta(minutes=3)


def test_a_clock_that_went_back_never_ends_a_scan_before_its_begin():
    started = told(new_identity(), start_time=NOON)
    message = closing_message(started, Verdict("failed", "x"), "scifish@h", 1, NOON - timedelta(days=7))
    assert message.end_time == NOON


def test_macro_status_events_are_read_and_garbage_is_nothing():
    text = (
        '[{"id": "m1", "state": "exception", "exc_value": "boom"}, {"id": null, "state": "step"}, {"x": 1}]'
    )
    assert read_macro_status(text) == [MacroReport("m1", "exception", "boom"), MacroReport(None, "step")]
    for garbage in ("", b"", "{", "null", "3", '["x"]'):
        assert read_macro_status(garbage) == []


def test_one_report_is_kept_per_macro_the_newest_last():
    reports: list[MacroReport] = []
    for report in (MacroReport("a", "start"), MacroReport("b", "start"), MacroReport("a", "finish")):
        reports = keep_latest(reports, report, 2)
    assert reports == [MacroReport("b", "start"), MacroReport("a", "finish")]
