"""A machine that starts no more processes, or an installation that its account may not run."""

import sys

import pytest

from sdm.errors import WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.growth_watch import GrowthWatch


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def test_the_file_system_is_told_to_be_silent_and_why(nothing_starts: None, tmp_path) -> None:
    with pytest.raises(WorkerError, match=r"cannot be started: .*/nowhere/python"):
        FileWorker().require_folder(str(tmp_path))


def test_growing_files_are_told_not_to_be_seen(nothing_starts: None, tmp_path) -> None:
    growth = GrowthWatch(0, lambda act: act())
    growth.watch(str(tmp_path))
    assert "cannot be started" in (growth.problem or "")
    growth.close()
