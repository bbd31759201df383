"""What ``scizoo check`` prints for people."""

import io

from rich.console import Console

from scizoo.checks.finding import bad
from scizoo.cli.check import show


def test_brackets_in_a_finding_are_told_as_they_are() -> None:
    console = Console(file=io.StringIO(), record=True, width=160)
    show([bad("doors", "DataRecorder is [/opt/recorder]", "senv DataRecorder [scizoo]")], console)
    told = console.export_text()
    assert "DataRecorder is [/opt/recorder]" in told
    assert "senv DataRecorder [scizoo]" in told
