"""Folders that go again when what they were made for fails; with the real worker process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pathfixer.errors import StoreError
from pathfixer.folders_made import folders_made
from sdm.errors import WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import FolderPlan, plan_visit
from sdm.path_rules import Place
from tests.own_tree import ME, RULES
from tests.processes import freeze

PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914", sample="ice")


@pytest.fixture
def files() -> Iterator[FileWorker]:
    worker = FileWorker(timeout_s=30)
    yield worker
    worker.close()


@pytest.fixture
def plan(root: Path) -> FolderPlan:
    return plan_visit(RULES, str(root), PLACE, ME)


def test_they_stay_when_all_goes_well(files, plan):
    with folders_made(files, plan, {}) as made:
        assert all(Path(folder.path).is_dir() for folder in made)
    assert Path(plan.end, "raw/ice").is_dir()


def test_what_fails_inside_takes_them_away(files, plan, root):
    with pytest.raises(StoreError, match="^the disk is full$"), folders_made(files, plan, {}):
        raise StoreError("the disk is full")
    assert list((root / "visitors/demo").iterdir()) == []


def test_one_that_is_not_empty_any_more_stays_and_is_named_with_those_around_it(files, plan):
    def fill_and_fail() -> None:
        with folders_made(files, plan, {}):
            Path(plan.end, "raw/scan.h5").touch()
            raise StoreError("the disk is full")

    with pytest.raises(StoreError, match=f"the disk is full; left behind: {plan.end}/raw .*not empty"):
        fill_and_fail()
    assert sorted(entry.name for entry in Path(plan.end).iterdir()) == ["raw"]
    assert [entry.name for entry in Path(plan.end, "raw").iterdir()] == ["scan.h5"]


def hang(files: FileWorker) -> None:
    """Let the worker's child never answer again; it is there, so nothing but this takes long."""
    files.timeout_s = 1
    freeze(files._child.pid)


def test_a_storage_that_hangs_while_they_are_made_is_told_with_the_place(files, plan, root):
    files.require_folder(str(root))
    hang(files)
    with (
        pytest.raises(WorkerError, match=f"new empty folders may be left behind: see {plan.end}$"),
        folders_made(files, plan, {}),
    ):
        pytest.fail("nothing was made")


def test_a_storage_that_hangs_afterwards_leaves_them_and_names_them(files, plan):
    def hang_and_fail() -> None:
        with folders_made(files, plan, {}):
            hang(files)
            raise StoreError("the disk is full")

    with pytest.raises(StoreError, match=f"left behind: .*{plan.end}/raw/ice .*did not answer"):
        hang_and_fail()
    assert Path(plan.end, "raw/ice").is_dir()
