"""Processes by their numbers, any of which may end while it is looked at."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.waiting import wait_for

FREEZE_LIMIT_S = 30


def children_of(pid: int) -> list[int]:
    """Return the child processes of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def command_of(pid: int) -> str:
    """Return the command line of a process, its words divided by null characters; of none: empty."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, though its parent may not know yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


def freeze(pid: int) -> None:
    """Stop a process; the signal is only on its way when ``os.kill`` returns, and threads go on meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: is_frozen(pid), FREEZE_LIMIT_S, f"process {pid} frozen")


def is_frozen(pid: int) -> bool:
    """Tell whether every thread of a process is stopped."""
    return {_state(stat) for stat in Path(f"/proc/{pid}/task").glob("*/stat")} - {""} == {"T"}


def _state(stat: Path) -> str:
    """Return the letter of a thread's state; empty when it has ended."""
    with suppress(OSError):
        return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    return ""
