"""A process that is killed is killed at once, and one that is ended is told first."""

import sys
from pathlib import Path

from scizoo.services.processes import Process, spawn
from tests.waiting import wait_for

TOLD = """
import pathlib, signal, sys, time
told = pathlib.Path(sys.argv[1])
def end(*_):
    told.write_text("told")
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[2]).touch()
while True:
    time.sleep(0.01)
"""


def running(folder: Path) -> tuple[Process, Path]:
    """Start a program that writes down that it was told to end."""
    told, ready = folder / "told", folder / "ready"
    process = spawn([sys.executable, "-c", TOLD, told, ready], {}, folder, folder / "log", True)
    wait_for(ready.exists, 30, "it runs")
    return process, told


def test_one_that_is_ended_may_end_by_itself(tmp_path: Path) -> None:
    process, told = running(tmp_path)
    assert process.end(60) == 3
    assert told.read_text() == "told"


def test_one_that_is_killed_is_not_told_before(tmp_path: Path) -> None:
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        process, told = running(folder)
        assert process.kill() == -9
        assert not told.exists()
        assert not process.alive
