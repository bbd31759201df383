"""Handing a proposal's folder to a group that one is not in: root can, and so do two capabilities."""

import ctypes
import os
import stat
import struct
from pathlib import Path

import pytest

from sdm.folders.plan import FolderPlan, Principals, plan_proposal
from sdm.folders.repair import repair_folders
from sdm.rule_files import load_rules
from tests.open_to_all import let_everybody_enter

pytestmark = pytest.mark.needs_root

SERVICE, BEAMLINE_GROUP, PROPOSAL_GROUP = 61001, 61010, 61020
CHOWN, FSETID = 0, 4
KEEP_THROUGH_SETUID = 8
VERSION_3 = 0x20080522


@pytest.fixture
def plan(tmp_path: Path) -> FolderPlan:
    who = Principals(
        site_owner=0, site_group=0, service=SERVICE, beamline=BEAMLINE_GROUP, proposal=PROPOSAL_GROUP
    )
    let_everybody_enter(tmp_path)
    beamline = tmp_path / "visitors/demo"
    beamline.mkdir(parents=True)
    os.chown(beamline, SERVICE, BEAMLINE_GROUP)
    beamline.chmod(0o2775)
    return plan_proposal(load_rules("maxiv_v1"), str(tmp_path), "visitors", "demo", "20260101", who)


def folder_of(plan: FolderPlan) -> Path:
    return Path(plan.root, "visitors/demo/20260101")


def repaired(plan: FolderPlan, capabilities: list[int]) -> tuple[int, str]:
    """Repair in a child that is the service account with a few capabilities; return group and mode after."""
    child = os.fork()
    if child == 0:
        try:
            become_service(capabilities)
            os.umask(0)
            repair_folders(plan)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    facts = folder_of(plan).stat()
    return facts.st_gid, oct(stat.S_IMODE(facts.st_mode))


def become_service(capabilities: list[int]) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(KEEP_THROUGH_SETUID, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(*[BEAMLINE_GROUP] * 3)
    os.setresuid(*[SERVICE] * 3)
    bits = sum(1 << number for number in capabilities)
    library.capset(struct.pack("Ii", VERSION_3, 0), struct.pack("6I", bits, bits, 0, 0, 0, 0))


def test_without_a_capability_the_folder_stays_with_the_beamline(plan: FolderPlan):
    assert repaired(plan, []) == (BEAMLINE_GROUP, "0o2750")


def test_with_both_it_is_handed_over(plan: FolderPlan):
    assert repaired(plan, [CHOWN, FSETID]) == (PROPOSAL_GROUP, "0o2750")


def test_with_both_setgid_is_put_right(plan: FolderPlan):
    folder_of(plan).mkdir()
    folder_of(plan).chmod(0o755)
    os.chown(folder_of(plan), SERVICE, BEAMLINE_GROUP)
    assert repaired(plan, [CHOWN]) == (PROPOSAL_GROUP, "0o755")
    assert repaired(plan, [CHOWN, FSETID]) == (PROPOSAL_GROUP, "0o2750")


def test_root_hands_over(plan: FolderPlan):
    before = os.umask(0)
    try:
        repair_folders(plan)
    finally:
        os.umask(before)
    facts = folder_of(plan).stat()
    assert (facts.st_uid, facts.st_gid, oct(stat.S_IMODE(facts.st_mode))) == (
        SERVICE,
        PROPOSAL_GROUP,
        "0o2750",
    )


def test_where_a_proposal_has_a_folder_for_each_beamline_both_are_handed_over(tmp_path: Path):
    who = Principals(
        site_owner=0, site_group=0, service=SERVICE, beamline=BEAMLINE_GROUP, proposal=PROPOSAL_GROUP
    )
    (tmp_path / "visitor").mkdir()
    plan = plan_proposal(load_rules("esrf_v1"), str(tmp_path), "visitors", "id00", "ma1234", who)
    before = os.umask(0)
    try:
        repair_folders(plan)
    finally:
        os.umask(before)
    found = [(tmp_path / path).stat() for path in ("visitor/ma1234", "visitor/ma1234/id00")]
    assert [(one.st_uid, one.st_gid, oct(stat.S_IMODE(one.st_mode))) for one in found] == [
        (0, PROPOSAL_GROUP, "0o2770"),
        (SERVICE, PROPOSAL_GROUP, "0o2750"),
    ]
