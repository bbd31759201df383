"""Locking a closed visit, with files of the service account, of a detector and of a member in it."""

import os
import stat
from pathlib import Path

import pytest

from sdm.folders.file_calls import Call
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import quiet
from sdm.folders.visit_lock import LockReport, lock_visit
from sdm.testing.files_here import FilesHere
from tests.integration.sdm.as_others import (
    BEAMLINE_GROUP,
    DETECTOR,
    MEMBER_OF_BOTH,
    PROPOSAL_GROUP,
    SERVICE,
    as_service,
    member,
    shell,
    visit_of,
)

pytestmark = pytest.mark.needs_root


@pytest.fixture
def plan(plan: FolderPlan) -> FolderPlan:
    """Return it when its folders have been made, with a file in them."""
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    raw = visit_of(plan) / "raw"
    assert shell(SERVICE, MEMBER_OF_BOTH, f"mkdir {raw}/ice && echo data > {raw}/ice/scan.h5")
    return plan


def lock(plan: FolderPlan, groups: list[int] = MEMBER_OF_BOTH) -> LockReport:
    answer = as_service(Call(name="lock", plan=plan), groups)
    assert answer.error is None
    assert answer.lock is not None
    return answer.lock


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_the_service_account_owns_is_locked_whole(plan):
    report = lock(plan)
    visit = visit_of(plan)
    assert report.complete
    assert (mode(visit), mode(visit / "raw"), mode(visit / "raw/ice")) == (0o3550, 0o2550, 0o2550)
    assert mode(visit / "raw/ice/scan.h5") == 0o440
    assert not member(f"echo more >> {visit}/raw/ice/scan.h5")
    assert not member(f"touch {visit}/raw/new {visit}/raw/ice/new {visit}/new")
    assert not member(f"mv {visit}/raw {visit}/gone")
    assert member(f"cat {visit}/raw/ice/scan.h5")


def test_entries_of_other_owners_are_counted_and_named_until_root_has_done_the_rest(plan):
    raw = visit_of(plan) / "raw"
    assert shell(DETECTOR, [PROPOSAL_GROUP], f"mkdir {raw}/eiger && echo frames > {raw}/eiger/master.h5")
    report = lock(plan)
    assert not report.complete
    assert report.foreign.count == 2
    assert report.foreign.examples == [f"{raw}/eiger", f"{raw}/eiger/master.h5"]
    assert report.writable.count == 2
    rest = FilesHere().lock(plan)
    assert rest.complete
    assert mode(raw / "eiger/master.h5") == 0o440
    assert (raw / "eiger/master.h5").stat().st_uid == DETECTOR


def test_a_lock_stops_neither_an_owner_nor_who_has_the_file_open(plan):
    visit = visit_of(plan)
    with (visit / "raw/ice/scan.h5").open("a") as still_open:
        lock(plan)
        still_open.write("later")
    assert (visit / "raw/ice/scan.h5").read_text() == "data\nlater"
    assert shell(SERVICE, MEMBER_OF_BOTH, f"chmod 660 {visit}/raw/ice/scan.h5")
    (finding,) = FilesHere().check_closed([plan])
    assert not finding.ok
    assert f"writable in closed {visit}: 1 ({visit}/raw/ice/scan.h5)" in finding.finding
    assert finding.cure.endswith(f"scizoo visit lock --as-root {visit}")


def test_a_file_with_a_second_name_is_left_alone_and_named(plan):
    raw = visit_of(plan) / "raw"
    os.link(raw / "ice/scan.h5", visit_of(plan).parent / "elsewhere.h5")
    report = lock(plan)
    assert report.linked.examples == [f"{raw}/ice/scan.h5"]
    assert mode(raw / "ice/scan.h5") & 0o200
    assert not report.complete


def test_a_link_of_a_member_leads_nobody_out_of_the_visit_root_neither(plan, tmp_path):
    raw = visit_of(plan) / "raw"
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o700)
    (secret / "key").write_text("k")
    assert member(f"ln -s {secret} {raw}/folder && ln -s {secret}/key {raw}/file")
    FilesHere().lock(plan)
    assert mode(secret) == 0o700
    assert mode(secret / "key") & 0o200


def test_pipes_keep_no_visit_open_and_hold_nobody(plan):
    raw = visit_of(plan) / "raw"
    assert member(f"mkfifo -m 660 {raw}/theirs")
    assert shell(SERVICE, MEMBER_OF_BOTH, f"mkfifo -m 660 {raw}/ours")
    report = lock(plan)
    assert mode(raw / "ours") == 0o440
    assert report.foreign.examples == report.writable.examples == [f"{raw}/theirs"]
    assert FilesHere().lock(plan).complete
    assert mode(raw / "theirs") == 0o440


def test_a_lock_takes_the_right_to_become_somebody_away(plan):
    raw = visit_of(plan) / "raw"
    assert shell(SERVICE, MEMBER_OF_BOTH, f"cp /bin/true {raw}/tool && chmod 6770 {raw}/tool")
    lock(plan)
    assert mode(raw / "tool") == 0o440


def test_what_a_member_puts_in_the_place_of_a_file_while_root_locks_stays_as_it_is(plan, tmp_path):
    raw = visit_of(plan) / "raw"
    target = tmp_path / "target"
    target.write_text("t")
    target.chmod(0o644)
    victim = raw / "ice/scan.h5"

    real_open = os.open
    swapped = []

    class Swapping:
        """The moment between looking and opening, taken by somebody quick."""

        def __call__(self, name, flags, *arguments, **keywords):
            if name == "scan.h5" and not swapped:
                swapped.append(name)
                victim.unlink()
                os.link(target, victim)
            return real_open(name, flags, *arguments, **keywords)

    os.open = Swapping()
    try:
        report = lock_visit(plan, quiet)
    finally:
        os.open = real_open
    assert swapped
    assert mode(target) == 0o644
    assert report.linked.examples == [str(victim)]


def test_a_process_older_than_its_membership_keeps_setgid_and_says_so(plan):
    report = lock(plan, [BEAMLINE_GROUP])
    visit = visit_of(plan)
    assert mode(visit) == 0o3770
    assert str(visit) in report.setgid.examples
    assert mode(visit / "raw") == 0o2770


def test_unlocking_gives_the_folders_back_and_leaves_what_was_measured(plan):
    lock(plan)
    answer = as_service(Call(name="unlock", plan=plan), MEMBER_OF_BOTH)
    visit = visit_of(plan)
    assert answer.error is None
    assert (mode(visit), mode(visit / "raw"), mode(visit / "raw/ice")) == (0o3770, 0o2770, 0o2770)
    assert mode(visit / "raw/ice/scan.h5") == 0o440
    assert member(f"touch {visit}/raw/ice/new")
