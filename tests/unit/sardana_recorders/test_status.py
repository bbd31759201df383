import pytest

from sardana_recorders.status import (
    Flags,
    error_text,
    flags_of,
    is_told_to_stop,
    status_at_end,
    status_left_behind,
    status_of_interrupt,
)
from sardana_recorders.testing.fake_macro import FakeMacro


@pytest.mark.parametrize(
    ("flags", "end_status", "status"),
    [
        (Flags(), 0, "completed"),
        (Flags(), None, "completed"),
        (Flags(), 1, "stopped"),
        (Flags(), 2, "aborted"),
        (Flags(), 3, "failed"),
        (Flags(stopped=True), 0, "stopped"),
        (Flags(stopped=True), 3, "stopped"),
        (Flags(aborted=True), 3, "aborted"),  # 2 of 60 aborted ascans told an exception
        (Flags(stopped=True, aborted=True), 1, "aborted"),
    ],
)
def test_what_the_user_asked_for_counts_before_sardanas_end_status(flags, end_status, status):
    assert status_at_end(flags, end_status) == status


def test_what_was_asked_before_the_scan_does_not_count():
    assert Flags(stopped=True).since(Flags(stopped=True)) == Flags()
    assert Flags(stopped=True, aborted=True).since(Flags(stopped=True)) == Flags(aborted=True)


def test_flags_are_those_of_the_macro_or_its_executor():
    macro = FakeMacro()
    assert flags_of(macro) == Flags()
    macro._executor.ask(abort=True)
    assert flags_of(macro) == Flags(aborted=True)
    macro._executor.ask()
    macro._stopped = True
    assert flags_of(macro) == Flags(stopped=True)
    assert flags_of(None) == Flags()


def test_a_macro_is_told_to_stop_later_than_its_executor():
    macro = FakeMacro()
    macro._executor.ask(stop=True)
    assert not is_told_to_stop(macro)
    macro._stopped = True
    assert is_told_to_stop(macro)
    assert not is_told_to_stop(None)


def test_an_interrupt_is_an_abort_unless_only_a_stop_was_asked_for():
    assert status_of_interrupt(Flags(stopped=True)) == "stopped"
    assert status_of_interrupt(Flags(stopped=True, aborted=True)) == "aborted"
    assert status_of_interrupt(Flags()) == "aborted"


@pytest.mark.parametrize(
    ("statuses", "status", "words"),
    [
        ([{"state": "abort"}], "aborted", "aborted before"),
        ([{"state": "stop"}], "stopped", "stopped before"),
        ([{"state": "exception", "exc_value": "no folder"}], "failed", "no folder"),
        ([{"state": "start"}, {"state": "exception", "exc_value": "lost beam"}], "failed", "lost beam"),
        ([{"state": "finish"}], "interrupted", "went on"),
        ([], "interrupted", "went on"),
    ],
)
def test_a_scan_left_behind_is_judged_by_its_macros(statuses, status, words):
    found, reason = status_left_behind(statuses)
    assert found == status
    assert words in reason


def test_an_error_is_told_with_its_type():
    assert error_text(ValueError("cover closed")) == "ValueError: cover closed"
    assert error_text(KeyError()) == "KeyError"
    assert error_text(None) is None
