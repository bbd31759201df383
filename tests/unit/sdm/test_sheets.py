"""The sheets of visits: small files beside their folders, and finding both in a tree."""

import os
import stat
from pathlib import Path

import pytest

from sdm.errors import FolderError
from sdm.folders.plan import plan_visit
from sdm.folders.sheets import LONGEST, sheet_name
from sdm.path_rules import CATEGORIES, Place, visit_patterns
from sdm.rule_files import load_rules
from sdm.testing.files_here import FilesHere
from tests.own_tree import ME, RULES, make_site_part

files = FilesHere()


def place(proposal: str = "20260101", visit: str = "20260914", category: str = "visitors") -> Place:
    return Place(category=category, beamline="demo", proposal=proposal, visit=visit)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_site_part(tmp_path)
    return tmp_path


def make(root: Path, where: Place):
    plan = plan_visit(RULES, str(root), where, ME)
    files.make(plan)
    return plan


def found(root: Path, proposal: str = "") -> dict[str, str]:
    trees = [visit_patterns(RULES, category, "demo", proposal) for category in CATEGORIES]
    return {
        str(Path(one.path).relative_to(root)): one.sheet
        for one in files.find_visits(str(root), trees, with_sheets=True)
    }


def test_visits_are_found_with_their_sheets(root):
    one = make(root, place())
    make(root, place(visit="2026091506"))
    make(root, place("20260102", category="proprietary"))
    files.write_sheet(one, "first")
    files.write_sheet(one, "second")
    assert found(root) == {
        "visitors/demo/20260101/20260914": "second",
        "visitors/demo/20260101/2026091506": "",
        "proprietary/demo/20260102/20260914": "",
    }
    assert list(found(root, "20260102")) == ["proprietary/demo/20260102/20260914"]
    assert found(root, "20260103") == {}


def test_a_sheet_lies_beside_the_visit_and_leaves_nothing_else(root):
    plan = make(root, place())
    files.write_sheet(plan, "text")
    visit = Path(plan.end)
    assert sorted(path.name for path in visit.parent.iterdir()) == [".scizoo-visit-20260914.json", "20260914"]
    assert stat.S_IMODE((visit.parent / sheet_name("20260914")).stat().st_mode) == 0o440


def test_without_the_folder_around_it_there_is_no_sheet(root):
    with pytest.raises(FolderError, match="20260101 is not there: no sheet of visit 20260914"):
        files.write_sheet(plan_visit(RULES, str(root), place(), ME), "text")


@pytest.mark.parametrize(
    "forge",
    [
        lambda sheet, other: sheet.symlink_to(other),
        lambda sheet, other: os.link(other, sheet),
        lambda sheet, other: os.mkfifo(sheet),
        lambda sheet, other: sheet.mkdir(),
    ],
    ids=["link", "second name", "fifo", "folder"],
)
def test_what_only_looks_like_a_sheet_is_none(root, forge):
    plan = make(root, place())
    other = root / "other"
    other.write_text("forged")
    forge(Path(plan.end).with_name(sheet_name("20260914")), other)
    assert found(root) == {"visitors/demo/20260101/20260914": ""}


def test_a_sheet_is_read_to_a_limit(root):
    plan = make(root, place())
    files.write_sheet(plan, "x" * (LONGEST + 5))
    assert len(found(root)["visitors/demo/20260101/20260914"]) == LONGEST


def test_without_reading_it_is_seen_that_a_sheet_was_written_or_a_mode_changed(root):
    plan = make(root, place())

    def stamp() -> str:
        trees = [visit_patterns(RULES, "visitors", "demo")]
        (one,) = files.find_visits(str(root), trees, with_sheets=False)
        assert one.sheet == ""
        return one.stamp

    stamps = [stamp()]
    for text in ("same length", "same length"):
        files.write_sheet(plan, text)
        stamps.append(stamp())
    Path(plan.end).chmod(0o3550)
    stamps.append(stamp())
    assert len(set(stamps)) == 4
    assert stamp() == stamps[-1]


def test_links_and_files_are_no_visits(root):
    plan = make(root, place())
    visit = Path(plan.end)
    visit.with_name("20260915").symlink_to(visit)
    visit.with_name("20260916").touch()
    visit.parent.with_name("20260102").symlink_to(visit.parent)
    assert list(found(root)) == ["visitors/demo/20260101/20260914"]


def test_another_facility_s_visits_are_found_by_its_rules(tmp_path):
    rules = load_rules("esrf_v1")
    visit = tmp_path / "visitor/ma1234/id00/20250509"
    inhouse = tmp_path / "id00/inhouse/blc1234/id00/20250510"
    for folder in (visit, inhouse, tmp_path / "visitor/ma1234/id01/20250509"):
        folder.mkdir(parents=True)
    trees = [visit_patterns(rules, category, "id00") for category in CATEGORIES]
    paths = [one.path for one in files.find_visits(str(tmp_path), trees, with_sheets=False)]
    assert paths == [str(visit), str(inhouse)]


def test_a_data_root_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FolderError, match="cannot be entered"):
        files.find_visits(str(tmp_path / "gone"), [["visitors"]], with_sheets=False)
