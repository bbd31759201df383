"""Folders that were made for nothing go again; what is not ours alone stays and is named."""

from pathlib import Path

import pytest

from sdm.folders.plan import FolderPlan, plan_visit
from sdm.folders.walk import FolderState
from sdm.path_rules import Place
from sdm.testing.files_here import FilesHere
from tests.own_tree import ME, RULES, make_site_part

PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914", sample="a/b")


@pytest.fixture
def files() -> FilesHere:
    return FilesHere()


@pytest.fixture
def plan(tmp_path) -> FolderPlan:
    make_site_part(tmp_path)
    return plan_visit(RULES, str(tmp_path), PLACE, ME)


def made(files: FilesHere, plan: FolderPlan) -> list[FolderState]:
    return [state for state in files.make(plan) if state.made]


def test_all_that_was_made_goes(files, plan, tmp_path):
    assert files.unmake(plan, made(files, plan)) == []
    assert list((tmp_path / "visitors/demo").iterdir()) == []


def test_what_was_there_before_stays(files, plan, tmp_path):
    (tmp_path / "visitors/demo/20260101").mkdir(mode=0o2750)
    files.unmake(plan, made(files, plan))
    assert [path.name for path in (tmp_path / "visitors/demo").rglob("*")] == ["20260101"]


def test_what_is_not_empty_stays_and_is_named_with_its_parents(files, plan, tmp_path):
    states = made(files, plan)
    raw = tmp_path / "visitors/demo/20260101/20260914/raw"
    (raw / "scan.h5").write_text("counts")
    left = files.unmake(plan, states)
    assert left == [f"{path} (Directory not empty)" for path in (raw, raw.parent, raw.parent.parent)]
    assert not (raw / "a").exists()
    assert not (raw.parent / "process").exists()


def test_a_folder_put_in_the_place_of_ours_stays(files, plan, tmp_path):
    states = made(files, plan)
    sample = tmp_path / "visitors/demo/20260101/20260914/raw/a/b"
    sample.rename(sample.with_name("moved"))
    sample.mkdir()
    assert files.unmake(plan, states)[0] == f"{sample} (is another folder by now)"
    assert sample.is_dir()


def test_a_link_is_not_followed(files, plan, tmp_path):
    states = made(files, plan)
    outside = tmp_path / "outside"
    (outside / "b").mkdir(parents=True)
    folder = Path(states[-1].path).parents[0] / "raw/a"
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(outside)
    with pytest.raises(Exception, match="is a link or no folder"):
        files.unmake(plan, states)
    assert (outside / "b").is_dir()
