"""Rights between real users: the service account, a member of the proposal's group, a stranger.

Numeric ids through ``setpriv``; no accounts are needed.
"""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from sdm.errors import ReplacedError
from sdm.folders.acl import parse_acl, to_bytes
from sdm.folders.acl_calls import number_of
from sdm.folders.file_calls import Call
from sdm.folders.identity import identities
from sdm.folders.plan import plan_visit
from sdm.path_rules import visit_patterns
from sdm.testing.files_here import FilesHere
from tests.integration.sdm.as_others import (
    BEAMLINE_GROUP,
    MEMBER,
    MEMBER_OF_BOTH,
    PLACE,
    PROPOSAL_GROUP,
    RULES,
    SERVICE,
    STRANGER,
    WHO,
    as_service,
    member,
    shell,
    site_s_plan,
    visit_of,
)

pytestmark = pytest.mark.needs_root


def facts(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)


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


SAMPLE = PLACE.model_copy(update={"sample": "plastic/s1"})


def test_files_of_any_writer_are_readable_by_the_group(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    assert member(f"umask 077 && mkdir {raw}/mine && echo x > {raw}/mine/scan.h5")
    assert facts(raw / "mine") == (MEMBER, PROPOSAL_GROUP, 0o2770)
    assert facts(raw / "mine/scan.h5") == (MEMBER, PROPOSAL_GROUP, 0o660)
    assert shell(SERVICE, MEMBER_OF_BOTH, f"cat {raw}/mine/scan.h5 && touch {raw}/mine/ours")


@pytest.mark.parametrize(
    "trick",
    [
        "ln -s /etc {raw}/plastic",
        "mkdir {raw}/plastic",
        "mkfifo {raw}/plastic",
        "touch {raw}/plastic",
        "mkdir -m 3770 {raw}/plastic && mkdir {raw}/plastic/deep",
    ],
)
def test_a_member_who_puts_something_in_a_sample_s_place_gets_no_data(plan, trick):
    sample = plan_visit(RULES, plan.root, SAMPLE, WHO)
    known = identities(as_service(Call(name="make", plan=sample), MEMBER_OF_BOTH).states)
    raw = visit_of(plan) / "raw"
    assert member(f"mv {raw}/plastic {raw}/taken && " + trick.format(raw=raw))
    answer = as_service(Call(name="make", plan=sample, known=known), MEMBER_OF_BOTH)
    assert answer.error is not None
    assert "plastic is" in answer.error
    assert not (raw / "plastic/s1").exists()


@pytest.mark.parametrize("groups", [MEMBER_OF_BOTH, [BEAMLINE_GROUP]])
def test_in_a_member_s_folder_without_setgid_a_sample_is_right_or_told(plan, groups):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    assert member(f"mkdir {raw}/plastic && chmod 0777 {raw}/plastic && chmod g-s {raw}/plastic")
    assert facts(raw / "plastic")[2] == 0o777
    answer = as_service(Call(name="make", plan=plan_visit(RULES, plan.root, SAMPLE, WHO)), groups)
    notes = {state.path: state.notes for state in answer.states}
    assert len(notes[f"{raw}/plastic"]) == 2, "owner and mode are told"
    found = facts(raw / "plastic/s1")
    if groups == MEMBER_OF_BOTH:
        assert found == (SERVICE, PROPOSAL_GROUP, 0o2770)
        assert notes[f"{raw}/plastic/s1"] == []
    else:
        assert found[:2] == (SERVICE, BEAMLINE_GROUP)
        assert "should have 61020 (as root" in notes[f"{raw}/plastic/s1"][0]


def test_a_member_can_neither_put_anything_in_the_place_of_a_folder_of_the_visit_nor_take_it_away(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    visit = visit_of(plan)
    for name in ("raw", "process", "logs"):
        for trick in (
            "mv {0} {0}.old",
            "rmdir {0}",
            "ln -sfn /etc {0}.x && mv -T {0}.x {0}",
            "mv -T {1} {0}",
        ):
            assert not member(
                f"mkdir -p {visit}/mine; " + trick.format(f"{visit}/{name}", f"{visit}/mine")
            ), trick
        assert facts(visit / name) == (SERVICE, PROPOSAL_GROUP, 0o2770)
    assert not member(f"chmod 777 {visit}/raw")
    assert not member(f"mv {visit} {visit}.old")


def test_a_member_quicker_than_our_making_of_a_folder_gets_no_data(plan):
    FilesHere().make(plan)
    raw = visit_of(plan) / "raw"
    sample = plan_visit(RULES, plan.root, PLACE.model_copy(update={"sample": "ice/i1"}), WHO)
    true_mkdir = os.mkdir

    def mkdir(name, mode, *, dir_fd):
        """The moment between making and opening, taken by somebody quick."""
        true_mkdir(name, mode, dir_fd=dir_fd)
        if name == "ice":
            assert member(f"rmdir {raw}/ice && mkdir {raw}/ice")

    os.mkdir = mkdir
    try:
        with pytest.raises(ReplacedError, match=f"ice was replaced by uid {MEMBER} as soon as it was made"):
            FilesHere().make(sample)
    finally:
        os.mkdir = true_mkdir
    assert not (raw / "ice/i1").exists()


def test_a_member_can_neither_write_a_visit_s_sheet_nor_take_it_away(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    assert as_service(Call(name="write_sheet", plan=plan, text="ours"), MEMBER_OF_BOTH).error is None
    sheet = visit_of(plan).with_name(".scizoo-visit-20260914.json")
    assert facts(sheet) == (SERVICE, PROPOSAL_GROUP, 0o440)
    for trick in (f"echo forged > {sheet}", f"rm {sheet}", f"mv {sheet} {sheet}.away", f"chmod 666 {sheet}"):
        assert not member(trick), trick
    trees = [visit_patterns(RULES, "visitors", "demo")]
    found = Call(name="find_visits", folder=plan.root, trees=trees, with_sheets=True)
    assert [one.sheet for one in as_service(found, MEMBER_OF_BOTH).visits] == ["ours"]
    os.chown(sheet, MEMBER, PROPOSAL_GROUP)
    assert [one.sheet for one in as_service(found, MEMBER_OF_BOTH).visits] == [""]


def test_a_list_that_hides_a_refusal_behind_a_good_mode_is_told(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    refuse_the_group(raw)
    assert facts(raw)[2] == 0o2770
    findings = as_service(Call(name="check", plan=plan, folder=str(raw)), MEMBER_OF_BOTH).findings
    told = [one.finding for one in findings if not one.ok]
    assert f"{raw} has mode 2700 by its access control list, should have 2770" in told
    assert f"{raw} lets more in by its access control list: u:{STRANGER}:rwx" in told
    answer = as_service(Call(name="repair", plan=plan), MEMBER_OF_BOTH)
    cure = next(one.cure for one in answer.findings if "has mode" in one.finding)
    assert cure == f"as root: setfacl -b {raw} && chmod 2770 {raw}"


def refuse_the_group(folder: Path) -> None:
    text = f"u::rwx,g::---,u:#{STRANGER}:rwx,m::rwx,o::---"
    os.setxattr(folder, "system.posix_acl_access", to_bytes(parse_acl(text), number_of))


def test_a_check_of_the_tree_names_what_the_group_cannot_read_and_the_account_cannot_enter(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    assert member(f"mkdir {raw}/private && chmod 700 {raw}/private && touch {raw}/own && chmod 600 {raw}/own")
    findings = as_service(Call(name="check_tree", plan=plan), MEMBER_OF_BOTH).findings
    told = [one.finding.split(" in /")[0] for one in findings if not one.ok]
    assert told == [
        "folders without the rights of the rules",
        "files that the group cannot read",
        f"folders that uid {SERVICE} cannot enter",
    ]
    assert f"{raw}/private: Permission denied" in findings[2].finding
    assert "2 of other owners" in findings[-1].finding


def test_where_the_storage_has_no_lists_the_check_names_what_a_umask_took_away(tmp_path):
    storage = tmp_path / "storage"
    storage.mkdir()
    subprocess.run(["mount", "-t", "ramfs", "none", storage], check=True)
    try:
        plan = site_s_plan(storage)
        answer = as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
        assert [note for state in answer.states for note in state.notes] == []
        assert answer.states[-1].default_acl is None
        assert member(f"umask 077 && touch {visit_of(plan)}/raw/scan.h5")
        bad = [
            one
            for one in as_service(Call(name="check_tree", plan=plan), MEMBER_OF_BOTH).findings
            if not one.ok
        ]
        assert [one.finding.split(" in /")[0] for one in bad] == ["files that the group cannot read"]
        assert bad[0].cure == f"as root: find {plan.end} -xdev -type f -exec chmod g+r {{}} +"
    finally:
        subprocess.run(["umount", storage], check=True)


def test_what_another_account_may_is_computed_and_marked_so(plan):
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    call = Call(name="check", plan=plan, folder=str(raw), accounts=["nobody", "no-such-account"])
    nobody, unknown = FilesHere()._ask(call).findings[-2:]
    assert nobody.finding == f"nobody may not write in {raw}: stopped at {visit_of(plan).parent} (computed)"
    assert nobody.cure.startswith(f"put nobody into group {PROPOSAL_GROUP}")
    assert unknown.finding == "account no-such-account is not known here"
    visit_of(plan).parent.chmod(0o2755)
    for folder in (visit_of(plan), raw):
        folder.chmod(0o2777)
    (nobody, _) = FilesHere()._ask(call).findings[-2:]
    assert nobody.finding == f"nobody may write in {raw} (computed)"
