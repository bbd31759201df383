"""What ``scizoo status`` prints for people."""

import io

import pytest
from rich.console import Console

from scifish.status.captures import CaptureState
from scizoo.cli.status import show

END = "2026-09-14T08:00:00Z"


def said(title: str = "ascan", **fields: str | None) -> str:
    capture = CaptureState(pid="20.500/a", scan_id="42", title=title, phase="ended", **fields)  # type: ignore[arg-type]
    console = Console(file=io.StringIO(), record=True, width=160)
    show([], [capture], console)
    return console.export_text()


def test_a_scan_that_runs_has_no_end() -> None:
    assert "running" in said(state="sent", end_time=None)


@pytest.mark.parametrize("status", ["stopped", "aborted", "failed", "interrupted"])
def test_how_a_scan_ended_is_told_beside_when(status: str) -> None:
    assert f"2026-09-14 08:00:00 UTC, {status}" in said(state="catalogued", status=status, end_time=END)


def test_of_a_completed_scan_only_when_is_told() -> None:
    assert "completed" not in said(state="catalogued", status="completed", end_time=END)


def test_whose_it_was_is_told_and_that_it_was_nobodys() -> None:
    assert "20170251" in said(state="catalogued", proposal="20170251", end_time=END)
    assert "nobody" in said(state="catalogued", proposal=None, end_time=END)


def test_brackets_in_what_a_capture_says_are_told_as_they_are() -> None:
    told = said(state="rejected", title="mv [[mot01 0]]", reason="outside [/data/staff]", end_time=END)
    assert "mv [[mot01 0]]" in told
    assert "outside [/data/staff]" in told
