"""Files that programs beside Sardana write, and what SciFly makes of them."""

from collections.abc import Sequence
from pathlib import Path

from tests.bad_days.harness import words
from tests.bad_days.harness.limits import LIMIT_S
from tests.waiting import wait_for


def pids_of(files: Sequence[Path]) -> list[str]:
    """Return the pids of files' captures, out of ``scizoo status``; no file may have two."""
    names = {path.name for path in files}

    def captured() -> list[str]:
        return [row["pid"] for row in words.status() if row["title"] in names]

    pids = wait_for(lambda: len(captured()) >= len(names) and captured(), LIMIT_S, f"captures of {names}")
    assert pids and len(pids) == len(names), pids
    return pids
