"""Folders gone, replaced or moved while a session is open: no scan goes there, until staff say so."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import tango

from pathfixer.errors import CommandError
from pathfixer.visits.client import VisitClient
from pathfixer.visits.order import TreeOrder, VisitOrder
from tests.devices import ANSWER_S
from tests.integration.pathfixer.conftest import Beamline, Scanning, Site
from tests.quickness import seconds
from tests.waiting import wait_for

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


def order(reason: str = "") -> VisitOrder:
    return VisitOrder(visit="20260101/20260914", by="root@test", reason=reason)


def visits(beamline: Beamline) -> VisitClient:
    return VisitClient(beamline.device.name(), 60, ANSWER_S)


def visit_folder(beamline: Beamline) -> Path:
    return beamline.site.root / "visitors/demo/20260101/20260914"


def is_alarm(beamline, words: str) -> bool:
    return words in beamline.device.status() and beamline.device.state() == tango.DevState.ALARM


def is_on(beamline) -> bool:
    return beamline.device.state() == tango.DevState.ON


def goes_to(scanning: Scanning, folder: str) -> bool:
    return scanning.scan_dir == folder


def test_scans_leave_a_replaced_sample_within_ten_seconds(scanning):
    scanning.client.open_session(**ICE, sample="ice")
    wait_for(lambda: goes_to(scanning, scanning.device.SamplePath), 5, "ScanDir in the session")
    ice = Path(scanning.device.SamplePath)

    def replaced_and_back() -> None:
        ice.rename(ice.with_name("taken"))
        ice.mkdir(mode=0o2770)
        took.append(seconds(leaves_it))
        with pytest.raises(CommandError, match="scizoo visit trust"):
            scanning.client.repair()
        ice.rmdir()
        ice.with_name("taken").rename(ice)
        wait_for(lambda: goes_to(scanning, str(ice)), 60, "the true one is back, and scans with it")

    def leaves_it() -> None:
        wait_for(lambda: is_alarm(scanning, "ice is not the folder it was"), 60, "ALARM")
        wait_for(lambda: goes_to(scanning, scanning.site.unowned), 60, "ScanDir elsewhere")

    took: list[float] = []
    replaced_and_back()
    if took[0] >= 10:
        replaced_and_back()
    assert min(took) < 10


@pytest.mark.parametrize("gone", ["raw", "raw/ice"])
def test_a_folder_that_repair_has_made_anew_is_no_alarm_and_scans_go_there_again(scanning, gone):
    scanning.client.open_session(**ICE, sample="ice")
    visit = Path(scanning.device.path).parent
    shutil.rmtree(visit / gone)
    wait_for(lambda: is_alarm(scanning, f"{gone} is missing; run Repair"), 60, "ALARM")
    assert all(finding.ok for finding in scanning.client.repair())
    wait_for(lambda: is_on(scanning), 60, "no alarm")
    wait_for(lambda: goes_to(scanning, f"{visit}/raw/ice"), 5, "ScanDir in the session")
    scanning.server.stop()
    scanning.server.start()
    scanning.server.wait_ready()
    wait_for(lambda: is_on(scanning), 60, "no alarm in the next life either")


def test_a_folder_that_a_member_replaced_is_an_alarm(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    raw = Path(beamline.device.path)
    raw.rename(raw.with_name("old"))
    raw.symlink_to(beamline.site.root)
    with pytest.raises(CommandError, match="did not set sample 'ice'"):
        beamline.client.set_sample("ice")
    wait_for(lambda: "link or no folder" in beamline.device.status(), 60, "the reason")
    wait_for(lambda: beamline.device.state() == tango.DevState.ALARM, 60, "ALARM")
    where = f"Until then scans go to {beamline.site.unowned}"
    wait_for(lambda: where in beamline.device.status(), 60, "where data goes now")


def test_a_replaced_folder_refuses_the_visit_until_staff_trust_it(beamline):
    beamline.client.open_session(**ICE)
    beamline.client.open_session("carlcarl", "20260101", visit="20260915")
    raw = visit_folder(beamline) / "raw"
    raw.rename(raw.with_name("old"))
    raw.mkdir(mode=0o770)
    with pytest.raises(CommandError, match=r"raw is not the folder it was .* scizoo visit trust"):
        beamline.client.open_session(**ICE)
    assert beamline.client.session().visit == "20260915"
    assert list(raw.iterdir()) == []
    told = visits(beamline).trust_visit(order("moved to the new storage"))
    assert "are taken as they are" in told[0]
    beamline.client.open_session(**ICE)
    assert visits(beamline).visit_records()[-1]["event"] == "trusted"


def test_a_trusted_folder_is_no_alarm_any_more(beamline):
    beamline.client.open_session(**ICE)
    raw = visit_folder(beamline) / "raw"
    raw.rename(raw.with_name("old"))
    raw.mkdir(mode=0o2770)
    raw.chmod(0o2770)
    wait_for(lambda: "is not the folder it was" in beamline.device.status(), 60, "ALARM")
    visits(beamline).trust_visit(order("I did it"))
    wait_for(lambda: "is not the folder it was" not in beamline.device.status(), 60, "no alarm")


def move_the_storage(site: Site) -> None:
    """Copy everything to other inodes under the old name, as a new disk would have it."""
    shutil.copytree(site.root, site.root.with_name("new"), symlinks=True)
    for old in [site.root, *site.root.rglob("*")]:
        facts, new = old.stat(), site.root.with_name("new") / old.relative_to(site.root)
        os.chown(new, facts.st_uid, facts.st_gid)
        new.chmod(stat.S_IMODE(facts.st_mode))
    site.root.rename(site.root.with_name("old"))
    site.root.with_name("new").rename(site.root)


def trust_moved(beamline: Beamline, *words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "scizoo.cli.main", "visit", "trust", "--moved", *words]
    return subprocess.run(
        [*command, "--device", beamline.device.name()], capture_output=True, text=True, timeout=240
    )


def test_a_storage_that_was_moved_is_one_word_for_all_visits(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260915")
    beamline.client.open_session("gracehop", "20260102", visit="20260914")
    beamline.client.open_session(**ICE)
    gone = visit_folder(beamline).with_name("20260915")
    move_the_storage(beamline.site)
    wait_for(lambda: is_alarm(beamline, "is not the folder it was"), 60, "ALARM")
    plan = trust_moved(beamline)
    assert plan.returncode == 0, plan.stderr
    assert f"{visit_folder(beamline)}: 10 folders, would be taken as it is" in plan.stdout
    assert plan.stdout.splitlines()[-2:] == [
        "3 visits moved, 0 left, 0 as they were",
        "nothing was changed: again with --yes --reason …",
    ]
    assert "for a reason" in trust_moved(beamline, "--yes").stderr
    with pytest.raises(CommandError, match="is not the folder it was"):
        beamline.client.open_session("gracehop", "20260102", visit="20260914")
    shutil.rmtree(gone)
    done = trust_moved(beamline, "--yes", "--reason", "new storage")
    assert done.stdout.splitlines()[-1] == "2 visits moved, 1 left, 0 as they were"
    assert f"{gone}: left, {gone} is missing" in done.stdout
    wait_for(lambda: is_on(beamline), 60, "no alarm")
    beamline.client.open_session("gracehop", "20260102", visit="20260914")
    records = [one for one in visits(beamline).visit_records() if one["event"] == "trusted"]
    assert sorted(one["place"]["proposal"] for one in records) == ["20260101", "20260102"]
    assert {one["reason"] for one in records} == {"new storage"}
    assert trust_moved(beamline).stdout.startswith(f"{gone}: left")


def test_what_was_replaced_in_a_storage_that_was_not_moved_is_left(beamline):
    beamline.client.open_session(**ICE)
    beamline.client.close_session()
    raw = visit_folder(beamline) / "raw"
    raw.rename(raw.with_name("old"))
    raw.mkdir(mode=0o2770)
    done = trust_moved(beamline, "--yes", "--reason", "new storage")
    assert f"left, only {raw} is another one: find out who replaced it" in done.stdout
    with pytest.raises(CommandError, match="is not the folder it was"):
        beamline.client.open_session(**ICE)


@pytest.mark.needs_root
def test_what_belongs_to_another_account_since_the_move_is_left(beamline):
    beamline.client.open_session(**ICE)
    move_the_storage(beamline.site)
    raw = visit_folder(beamline) / "raw"
    os.chown(raw, 61002, -1)
    done = trust_moved(beamline, "--yes", "--reason", "new storage")
    assert f"left, {raw} belongs to uid 61002 now" in done.stdout
    wait_for(lambda: is_alarm(beamline, "is not the folder it was"), 60, "ALARM all the same")


def test_only_staff_ask_and_a_visit_or_all_of_them(beamline):
    with pytest.raises(CommandError, match="not of the staff"):
        visits(beamline).trust_moved(TreeOrder(by="carlcarl@test"))
    for words in ((), ("20260101/20260914", "--moved")):
        command = [sys.executable, "-m", "scizoo.cli.main", "visit", "trust", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        assert "give either a VISIT or --moved" in done.stderr
