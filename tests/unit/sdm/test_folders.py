"""Folders of a plan: made, compared, checked and repaired, with this account's own rights."""

import os
import stat
from pathlib import Path

import pytest

from sdm.errors import FolderError, ReplacedError, WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.identity import identities
from sdm.folders.plan import FolderPlan, plan_visit
from sdm.path_rules import Place
from sdm.site_part import plan_site_part
from tests.own_tree import ME, RULES
from tests.processes import freeze

PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914", sample="ice/i1")


@pytest.fixture(scope="module")
def files():
    worker = FileWorker(timeout_s=10)
    yield worker
    worker.close()


@pytest.fixture
def root(tmp_path, files):
    for plan in plan_site_part(RULES, str(tmp_path), "demo", ME):
        files.make(plan)
    return tmp_path


@pytest.fixture
def plan(root) -> FolderPlan:
    return plan_visit(RULES, str(root), PLACE, ME)


def visit_of(root: Path) -> Path:
    return root / "visitors/demo/20260101/20260914"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_site_s_part_has_a_folder_per_category_and_one_for_unowned_scans(root):
    assert sorted(path.name for path in root.iterdir()) == ["proprietary", "staff", "visitors"]
    assert mode_of(root / "visitors") == 0o2755
    assert mode_of(root / "visitors/demo") == 0o2775
    assert mode_of(root / "staff/demo/unowned") == 0o2770


def test_every_folder_has_the_mode_of_the_table_whatever_the_umask(files, plan, root):
    states = files.make(plan)
    assert [state.notes for state in states if state.notes] == []
    visit = visit_of(root)
    assert mode_of(visit.parent) == 0o2750
    assert mode_of(visit) == 0o3770
    for inside in ("raw", "raw/ice", "raw/ice/i1", "process", "macros", "logs", "notebooks", "photos"):
        assert mode_of(visit / inside) == 0o2770, inside


def test_making_again_makes_nothing_and_says_which_are_the_same(files, plan):
    first, second = files.make(plan), files.make(plan)
    assert [state.made for state in first].count(True) == 10
    assert not any(state.made for state in second)
    assert [state.inode for state in first] == [state.inode for state in second]


def test_an_existing_folder_with_other_rights_is_reported_and_not_changed(files, plan, root):
    files.make(plan)
    raw = visit_of(root) / "raw"
    raw.chmod(0o2755)
    notes = [note for state in files.make(plan) for note in state.notes]
    assert notes == [f"{raw} has mode 2755, should have 2770 (as root: chmod 2770 {raw})"]
    assert mode_of(raw) == 0o2755


def test_a_group_that_this_machine_does_not_know_is_said_and_nothing_fails(files, root):
    who = ME.model_copy(update={"proposal": "no-such-group"})
    states = files.make(plan_visit(RULES, str(root), PLACE, who))
    notes = [note for state in states for note in state.notes]
    assert len(notes) == 10
    assert "no group no-such-group: this machine knows none" in notes[0]


def test_a_missing_folder_of_the_site_names_the_command_that_makes_it(files, plan, root):
    (root / "visitors/demo").rmdir()
    with pytest.raises(FolderError, match=r"as root: install -d .*-m 2775 .*visitors/demo"):
        files.make(plan)


@pytest.mark.parametrize("where", ["20260101", "20260101/20260914", "20260101/20260914/raw"])
def test_no_link_is_followed(files, plan, root, tmp_path_factory, where):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    link = root / "visitors/demo" / where
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    with pytest.raises(FolderError, match=f"{where} is a link or no folder"):
        files.make(plan)
    assert list(elsewhere.iterdir()) == []


def test_what_was_made_is_gone_again_when_a_later_folder_fails(files, root):
    visit = visit_of(root)
    visit.mkdir(parents=True)
    (visit / "logs").write_text("somebody's file")
    with pytest.raises(FolderError, match="logs is a link or no folder"):
        files.make(plan_visit(RULES, str(root), PLACE, ME))
    assert [path.name for path in visit.iterdir()] == ["logs"]


def test_a_check_finds_nothing_wrong_in_a_new_tree(files, plan, root):
    files.make(plan)
    findings = files.check(plan, str(visit_of(root) / "raw"), 0)
    assert [finding.part for finding in findings] == ["rights", "write", "space"]
    assert all(finding.ok for finding in findings)
    assert list((visit_of(root) / "raw").iterdir()) == [visit_of(root) / "raw/ice"]


def test_a_check_names_each_difference_and_its_cure(files, plan, root):
    files.make(plan)
    visit = visit_of(root)
    (visit / "logs").rmdir()
    visit.chmod(0o2770)
    bad = [finding for finding in files.check(plan, str(visit / "raw"), 1e9) if not finding.ok]
    assert [(finding.part, finding.cure) for finding in bad] == [
        ("rights", f"as root: chmod 3770 {visit}"),
        ("path", "run Repair"),
        ("space", "make room before measuring"),
    ]


def test_a_check_writes_through_no_link(files, plan, root, tmp_path_factory):
    files.make(plan)
    ice = visit_of(root) / "raw/ice"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "i1").mkdir()
    ice.rename(ice.with_name("taken"))
    ice.symlink_to(elsewhere)
    findings = files.check(plan, f"{ice}/i1", 0)
    assert not any(finding.ok for finding in findings)
    assert all(f"{ice} is a link" in finding.finding for finding in findings)


def test_a_check_of_a_missing_folder_is_a_finding(files, tmp_path):
    (finding,) = files.check(None, str(tmp_path / "gone"), 0)
    assert not finding.ok
    assert "gone: No such file" in finding.finding


def test_a_repair_makes_and_sets_what_this_account_may(files, plan, root):
    files.make(plan)
    visit = visit_of(root)
    (visit / "logs").rmdir()
    (visit / "raw").chmod(0o2700)
    repaired = files.repair(plan)
    assert [finding.finding for finding in repaired.findings if finding.ok] == [
        f"{visit}/logs made",
        f"repaired: {visit}/raw has mode 2700, should have 2770",
    ]
    assert [state.path for state in repaired.made] == [f"{visit}/logs"]
    assert mode_of(visit / "raw") == 0o2770
    assert mode_of(visit / "logs") == 0o2770


def test_a_worker_that_hangs_is_abandoned_and_replaced(files, plan):
    files.make(plan)
    hasty = FileWorker(timeout_s=30)
    hasty.look(plan)
    hasty.timeout_s = 1
    child = hasty._child
    freeze(child.pid)
    with pytest.raises(WorkerError, match="did not answer look"):
        hasty.look(plan)
    assert child.poll() is not None
    hasty.timeout_s = 30
    assert hasty.look(plan)
    hasty.close()


def test_a_closed_worker_leaves_no_process_and_makes_none(plan):
    worker = FileWorker()
    worker.make(plan)
    child = worker._child
    worker.close()
    assert child.poll() is not None
    with pytest.raises(WorkerError, match="not asked any more"):
        worker.look(plan)


def test_nothing_is_made_below_a_folder_that_was_replaced(files, plan, root):
    known = identities(files.make(plan))
    ice = visit_of(root) / "raw/ice"
    (ice / "i1").rmdir()
    ice.rename(ice.with_name("taken"))
    ice.mkdir()
    with pytest.raises(ReplacedError, match=r"raw/ice is not the folder it was .* scizoo visit trust"):
        files.make(plan, known)
    assert list(ice.iterdir()) == []
    with pytest.raises(ReplacedError):
        files.repair(plan, known)


def test_files_are_born_readable_by_the_group_whatever_the_umask(files, plan, root):
    files.make(plan)
    raw = visit_of(root) / "raw"
    before = os.umask(0o077)
    try:
        (raw / "scan.h5").touch()
        (raw / "mine").mkdir()
    finally:
        os.umask(before)
    assert mode_of(raw / "scan.h5") == 0o660
    assert mode_of(raw / "mine") == 0o2770
