"""Rights between real users: the service account, a member of the proposal's group, a stranger.

Numeric ids through ``setpriv``; no accounts are needed.
"""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sdm.file_calls import Answer, Call
from sdm.folder_plan import FolderPlan, Principals, plan_visit
from sdm.path_rules import Place
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.testing.files_here import FilesHere

pytestmark = pytest.mark.needs_root

SERVICE, MEMBER, STRANGER = 61001, 61002, 61003
BEAMLINE_GROUP, PROPOSAL_GROUP = 61010, 61020
RULES = load_rules("maxiv_v1")
PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914")
WHO = Principals(
    site_owner=0, site_group=0, service=SERVICE, beamline=BEAMLINE_GROUP, proposal=PROPOSAL_GROUP
)


def as_user(uid: int, groups: list[int], command: list[str], text: str = "") -> subprocess.CompletedProcess:
    names = ",".join(str(group) for group in groups)
    who = ["setpriv", f"--reuid={uid}", f"--regid={groups[0]}", f"--groups={names}", "--"]
    return subprocess.run([*who, *command], input=text, capture_output=True, text=True, timeout=20)


def as_service(call: Call, groups: list[int]) -> Answer:
    """Import first, as root, then become the account: it may not read the folder this project lies in."""
    become = f"os.setgroups({groups}); os.setresgid(*[{groups[0]}] * 3); os.setresuid(*[{SERVICE}] * 3)"
    command = [sys.executable, "-c", f"import os, sdm.file_worker as w; os.umask(0); {become}; w.main()"]
    text = call.model_dump_json() + "\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return Answer.model_validate(json.loads(done.stdout))


def shell(uid: int, groups: list[int], script: str) -> bool:
    return as_user(uid, groups, ["sh", "-c", script]).returncode == 0


@pytest.fixture
def plan(tmp_path: Path) -> FolderPlan:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    files = FilesHere()
    for part in plan_site_part(RULES, str(tmp_path), "demo", WHO):
        files.make(part)
    return plan_visit(RULES, str(tmp_path), PLACE, WHO)


def visit_of(plan: FolderPlan) -> Path:
    return Path(plan.root) / "visitors/demo/20260101/20260914"


def facts(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)


MEMBER_OF_BOTH = [BEAMLINE_GROUP, PROPOSAL_GROUP]


def test_a_service_account_in_both_groups_makes_the_whole_table(plan):
    answer = as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    assert answer.error is None
    assert [note for state in answer.states for note in state.notes] == []
    visit = visit_of(plan)
    assert facts(visit.parent) == (SERVICE, PROPOSAL_GROUP, 0o2750)
    assert facts(visit) == (SERVICE, PROPOSAL_GROUP, 0o3770)
    assert facts(visit / "raw") == (SERVICE, PROPOSAL_GROUP, 0o2770)


def test_a_service_account_outside_the_group_says_so_and_keeps_setgid(plan):
    answer = as_service(Call(name="make", plan=plan), [BEAMLINE_GROUP])
    assert answer.error is None
    proposal = visit_of(plan).parent
    assert facts(proposal) == (SERVICE, BEAMLINE_GROUP, 0o2750)
    note = next(state for state in answer.states if state.path == str(proposal)).notes[0]
    assert note.startswith(f"{proposal} has group {BEAMLINE_GROUP}, should have {PROPOSAL_GROUP} (as root")


def test_below_a_folder_handed_over_by_root_everything_is_right_without_membership(plan):
    proposal = visit_of(plan).parent
    as_service(Call(name="make", plan=plan), [BEAMLINE_GROUP])
    for folder in sorted(proposal.rglob("*"), reverse=True):
        folder.rmdir()
    subprocess.run(["chgrp", str(PROPOSAL_GROUP), proposal], check=True)
    subprocess.run(["chmod", "2750", proposal], check=True)
    answer = as_service(Call(name="make", plan=plan), [BEAMLINE_GROUP])
    assert [note for state in answer.states for note in state.notes] == []
    assert facts(visit_of(plan)) == (SERVICE, PROPOSAL_GROUP, 0o3770)
    assert facts(visit_of(plan) / "raw") == (SERVICE, PROPOSAL_GROUP, 0o2770)


def test_a_repair_never_chmods_where_setgid_would_get_lost(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    raw.chmod(0o2750)
    answer = as_service(Call(name="repair", plan=plan), [BEAMLINE_GROUP])
    assert facts(raw) == (SERVICE, PROPOSAL_GROUP, 0o2750)
    assert [finding.cure for finding in answer.findings] == [f"as root: chmod 2770 {raw}"]
    answer = as_service(Call(name="repair", plan=plan), MEMBER_OF_BOTH)
    assert facts(raw) == (SERVICE, PROPOSAL_GROUP, 0o2770)
    assert [finding.ok for finding in answer.findings] == [True]


def test_a_folder_of_somebody_else_is_left_alone_and_named(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    visit = visit_of(plan)
    assert shell(MEMBER, [PROPOSAL_GROUP], f"mkdir {visit}/raw/ice && chmod 755 {visit}/raw/ice")
    sample = PLACE.model_copy(update={"sample": "ice"})
    mine = plan_visit(RULES, plan.root, sample, WHO)
    answer = as_service(Call(name="repair", plan=mine), MEMBER_OF_BOTH)
    assert [finding.cure for finding in answer.findings] == [
        f"as root: chown {SERVICE} {visit}/raw/ice",
        f"as root: chmod 2770 {visit}/raw/ice",
    ]
    assert facts(visit / "raw/ice") == (MEMBER, PROPOSAL_GROUP, 0o2755)


def test_members_write_and_strangers_do_not_even_look(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    visit = visit_of(plan)
    assert shell(MEMBER, [PROPOSAL_GROUP], f"echo x > {visit}/raw/file && ls {visit}")
    assert not shell(STRANGER, [STRANGER], f"ls {visit.parent}")
    assert not shell(STRANGER, [BEAMLINE_GROUP], f"ls {visit.parent}")


def test_a_member_can_neither_rename_raw_away_nor_put_a_link_in_its_place(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    visit = visit_of(plan)
    assert not shell(MEMBER, [PROPOSAL_GROUP], f"mv {visit}/raw {visit}/gone")
    assert not shell(MEMBER, [PROPOSAL_GROUP], f"rmdir {visit}/raw")
    assert (visit / "raw").is_dir()


def test_the_write_probe_really_tries(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    raw.chmod(0o2550)
    answer = as_service(Call(name="check", folder=str(raw)), MEMBER_OF_BOTH)
    assert answer.findings[0].finding == f"uid {SERVICE} cannot write in {raw}: Permission denied"
    assert list(raw.iterdir()) == []
