"""Opening, switching and closing a session on a real device."""

import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest
import tango

from pathfixer.errors import CommandError
from tests.integration.pathfixer.conftest import children_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)

EMPTY_WHEN_CLOSED = ("path", "SamplePath", "ProcessPath", "Username", "Proposal", "Visit", "Sample")


def test_without_a_session_every_attribute_reads_empty(beamline):
    assert wait_for(lambda: beamline.device.state() == tango.DevState.STANDBY, 5, "STANDBY")
    for name in EMPTY_WHEN_CLOSED:
        assert getattr(beamline.device, name) == "", name
    assert "NO SESSION, NO DATA" in beamline.device.status()
    assert beamline.client.session().unowned_path == beamline.site.unowned


def test_opening_makes_the_folders_and_shows_the_session(beamline):
    assert beamline.client.open_session("carlcarl", "20260101", visit="20260914") == []
    visit = beamline.site.root / "visitors/demo/20260101/20260914"
    assert beamline.device.path == f"{visit}/raw"
    assert beamline.device.SamplePath == f"{visit}/raw"
    assert beamline.device.ProcessPath == f"{visit}/process"
    assert beamline.device.state() == tango.DevState.ON
    assert {entry.name for entry in visit.iterdir()} == {
        "raw", "process", "macros", "logs", "notebooks", "photos",
    }  # fmt: skip
    assert stat.S_IMODE(visit.stat().st_mode) == 0o3770
    assert stat.S_IMODE((visit / "raw").stat().st_mode) == 0o2770
    session = beamline.client.session()
    assert (session.state, session.revision, session.category) == ("open", 1, "visitors")


def test_a_visit_not_named_is_todays_when_nothing_is_scheduled(beamline):
    beamline.client.open_session("adalov", "20260101")
    assert len(beamline.device.Visit) == 8
    assert beamline.device.path.endswith(f"/{beamline.device.Visit}/raw")


def test_set_points_are_staged_and_applied_together(beamline):
    beamline.client.stage("Username", "carlcarl")
    beamline.client.stage("Proposal", "20260101")
    beamline.client.stage("Visit", "20260914")
    shown = beamline.device.read_attribute("Proposal")
    assert (shown.value, shown.w_value) == ("", "20260101")
    beamline.client.apply()
    shown = beamline.device.read_attribute("Proposal")
    assert shown.value == "20260101"
    wait_for(lambda: beamline.device.read_attribute("Proposal").w_value == "", 5, "set point cleared")


def test_the_sample_counts_at_once_and_its_folder_follows(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    beamline.client.set_sample("plastic/plastic-s1")
    folder = f"{beamline.device.path}/plastic/plastic-s1"
    assert beamline.device.SamplePath == folder
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o2770
    beamline.client.set_sample("")
    assert beamline.device.SamplePath == beamline.device.path


NO_FOLDERS = ["raw", "../x", "/etc", "-rf", "a b", "pl\u0430stic", "Process", "a/b/c/d/e"]


@pytest.mark.parametrize("sample", NO_FOLDERS)
def test_a_sample_that_is_no_folder_name_is_refused_with_the_reason(beamline, sample):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    with pytest.raises(CommandError, match="is refused"):
        beamline.client.set_sample(sample)
    assert beamline.device.SamplePath == beamline.device.path


def test_closing_empties_everything_and_the_revision_rises(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914", sample="ice")
    beamline.client.close_session()
    for name in EMPTY_WHEN_CLOSED:
        assert getattr(beamline.device, name) == "", name
    session = beamline.client.session()
    assert (session.state, session.revision, session.proposal) == ("closed", 2, None)
    with pytest.raises(CommandError, match="no session is open"):
        beamline.client.set_sample("ice")


@pytest.mark.parametrize(
    ("user", "proposal", "reason"),
    [
        ("carlcarl", "20260102", "belongs neither to proposal"),
        ("adalov", "20260105", "'Refused', not accepted"),
        ("adalov", "20269999", "knows no proposal"),
        ("Adalov", "20260101", "lower-case letter"),
    ],
)
def test_a_refused_opening_says_why_and_changes_nothing(beamline, user, proposal, reason):
    with pytest.raises(CommandError, match=reason):
        beamline.client.open_session(user, proposal)
    assert beamline.client.session().revision == 0
    assert list((beamline.site.root / "visitors/demo").iterdir()) == []


def test_a_refused_switch_leaves_the_old_session(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    with pytest.raises(CommandError):
        beamline.client.open_session("carlcarl", "20260102")
    assert beamline.device.Proposal == "20260101"
    assert beamline.device.state() == tango.DevState.ON


def test_a_proprietary_sample_is_shown_as_its_code_only(beamline):
    beamline.client.open_session("gracehop", "20260102", visit="20260914", sample="nickel-rich")
    assert "/proprietary/demo/20260102/20260914/raw/s01" in beamline.device.SamplePath
    beamline.client.set_sample("cobalt-free")
    assert beamline.device.Sample == "s02"
    shown = [str(beamline.device.read_attribute(name).value) for name in beamline.device.get_attribute_list()]
    for secret in ("nickel-rich", "cobalt-free", "Secret cathode"):
        assert not any(secret in text for text in shown), secret


def test_a_restarted_device_shows_its_session_before_it_asks_anybody(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914", sample="ice")
    before = beamline.client.session()
    beamline.site.office.unlink()
    beamline.server.kill()
    beamline.server.restart()
    assert beamline.client.session() == before
    wait_for(lambda: beamline.device.state() == tango.DevState.ON, 5, "ON")
    assert beamline.device.SamplePath == before.sample_path


def test_a_second_process_on_the_same_store_is_in_fault(beamline, start_path_fixer):
    second = start_path_fixer()
    assert second.proxy().state() == tango.DevState.FAULT
    assert "in use by another process" in second.proxy().status()
    assert second.proxy().path == ""


def test_a_missing_folder_for_unowned_scans_is_a_fault(beamline):
    Path(beamline.site.unowned).rmdir()
    beamline.device.Init()
    wait_for(lambda: beamline.device.state() == tango.DevState.FAULT, 5, "FAULT")
    assert beamline.site.unowned in beamline.device.status()


def test_an_unknown_property_is_an_alarm_with_its_name(start_path_fixer):
    device = start_path_fixer(MacroServer="macroserver/demo/1").proxy()
    assert device.state() == tango.DevState.ALARM
    assert "MacroServer" in device.status()


def test_a_wrong_property_is_a_fault_with_its_value(start_path_fixer):
    device = start_path_fixer(Rules="nowhere_v1").proxy()
    assert device.state() == tango.DevState.FAULT
    assert "nowhere_v1" in device.status()
    with pytest.raises(tango.DevFailed, match="nowhere_v1"):
        device.CloseSession()


def test_check_finds_everything_in_order(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    findings = beamline.client.check()
    assert [finding.part for finding in findings] == ["rights", "write", "space", "tree"]
    assert all(finding.ok for finding in findings)


def test_check_names_what_is_wrong_and_repair_puts_it_right(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    raw = Path(beamline.device.path)
    raw.chmod(0o2750)
    (raw.parent / "photos").rmdir()
    wrong = [finding.finding for finding in beamline.client.check() if not finding.ok]
    assert wrong == [f"{raw} has mode 2750, should have 2770", f"{raw.parent}/photos is missing"]
    repaired = beamline.client.repair()
    assert all(finding.ok for finding in repaired)
    assert stat.S_IMODE(raw.stat().st_mode) == 0o2770
    assert (raw.parent / "photos").is_dir()


def test_a_folder_that_a_member_replaced_is_an_alarm(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    raw = Path(beamline.device.path)
    raw.rename(raw.with_name("old"))
    raw.symlink_to(beamline.site.root)
    with pytest.raises(CommandError, match="did not set sample 'ice'"):
        beamline.client.set_sample("ice")
    wait_for(lambda: "link or no folder" in beamline.device.status(), 15, "the reason")
    wait_for(lambda: beamline.device.state() == tango.DevState.ALARM, 15, "ALARM")


def test_proposals_and_visits_are_told_from_memory(beamline):
    wait_for(lambda: beamline.device.ProposalsAsOf, 5, "an answer of the user office")
    beamline.client.stage("Username", "carlcarl")
    assert beamline.client.proposals() == ["20260101  Ice"]
    beamline.client.stage("Username", "gracehop")
    assert beamline.client.proposals() == ["20260102"]
    assert beamline.client.visits("20260101") == []


def test_no_read_and_no_command_takes_long(beamline):
    def took(act):
        start = time.perf_counter()
        act()
        return time.perf_counter() - start

    beamline.device.ping()
    assert took(lambda: beamline.device.OpenSession(json.dumps(OPENING))) < 0.1
    for name in ("path", "SamplePath", "Session", "State", "JobState"):
        assert took(lambda name=name: beamline.device.read_attribute(name)) < 0.05, name


OPENING = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


def test_a_request_that_nobody_understands_names_the_field(beamline):
    with pytest.raises(tango.DevFailed, match="category: Extra inputs"):
        beamline.device.OpenSession(json.dumps({**OPENING, "category": "staff"}))


def test_a_check_is_told_by_its_job_alone_and_a_second_one_is_refused(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    for worker in children_of(beamline.server.pid):
        os.kill(worker, signal.SIGSTOP)
    first = beamline.device.Check()
    wait_for(lambda: '"running"' in beamline.device.JobState[-1], 5, "the job")
    assert beamline.device.state() != tango.DevState.RUNNING
    with pytest.raises(tango.DevFailed, match=f"{first} has not ended yet"):
        beamline.device.Check()
    repair = beamline.device.Repair()
    assert repair != first, "a job of another kind is let begin"


def test_while_a_session_is_being_opened_a_second_switch_is_refused(start_path_fixer, tmp_path):
    fifo = tmp_path / "office.fifo"
    os.mkfifo(fifo)
    device = start_path_fixer(UserOfficeSettings=f"file={fifo}").proxy()
    first = device.OpenSession(json.dumps(OPENING))
    wait_for(lambda: device.state() == tango.DevState.RUNNING, 5, "RUNNING")
    for act in (device.CloseSession, lambda: device.OpenSession(json.dumps(OPENING))):
        with pytest.raises(tango.DevFailed, match=f"{first} has not ended yet"):
            act()


def test_the_history_is_an_attribute_and_survives_a_restart(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    beamline.client.set_sample("ice")
    beamline.client.close_session(asked_by="lismei")
    told = beamline.device.History
    assert [line.split()[1].strip(",") for line in told] == ["closed", "sample", "opened"]
    assert "asked by lismei from " in told[0]
    assert all(f"pid {os.getpid()}" in line for line in told)
    beamline.server.restart()
    assert beamline.server.proxy().History == told
