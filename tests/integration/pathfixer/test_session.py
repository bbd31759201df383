"""Opening, switching and closing a session on a real device."""

import grp
import json
import os
import pwd
import sqlite3
import stat
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tango

from pathfixer.errors import CommandError
from tests.integration.pathfixer.conftest import beamline_of, workers_of
from tests.processes import freeze
from tests.quickness import best_seconds, seconds
from tests.waiting import wait_for

THREE_VISITS = ["20260914", "20260915", "20260916"]
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


def test_without_schedule_a_visit_is_today_s_and_only_staff_give_another_date(start_path_fixer, site):
    beamline = beamline_of(start_path_fixer(Staff="lismei"), site)
    with pytest.raises(
        CommandError, match="visit '20260914' is not today .* no schedule .* staff may open it"
    ):
        beamline.client.open_session("evelynb", "20260103", visit="20260914")
    assert list((site.root / "visitors/demo").iterdir()) == []
    beamline.client.open_session("evelynb", "20260103")
    today = beamline.device.Visit
    here = ZoneInfo("Europe/Stockholm")
    assert today in {f"{datetime.now(here) - timedelta(minutes=minutes):%Y%m%d}" for minutes in (0, 1)}
    assert beamline.device.path.endswith(f"/{today}/raw")
    beamline.client.open_session("lismei", "20260103", visit="20260914")
    assert beamline.device.Visit == "20260914"
    beamline.client.open_session("evelynb", "20260103", visit=today)
    beamline.client.open_session("evelynb", "20260103", visit="20260914")
    assert beamline.device.Visit == "20260914", "its folder exists by now"


def test_members_of_the_beamline_s_group_are_staff_and_then_no_list_counts(start_path_fixer, site):
    me, mine = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    beamline = beamline_of(start_path_fixer(BeamlineGroup=mine, Staff="lismei"), site)
    beamline.client.open_session(me, "20260103", visit="20260914")
    assert beamline.device.Username == me
    with pytest.raises(CommandError, match="lismei belongs neither to proposal 20260103 nor to the staff"):
        beamline.client.open_session("lismei", "20260103")


def test_opening_says_that_the_proposal_s_group_is_missing_or_stale(start_path_fixer, site):
    mine = grp.getgrgid(os.getegid()).gr_name
    cure = "run scizoo groups apply 20260101"
    missing = beamline_of(start_path_fixer(ProposalGroup="no-such-group"), site)
    told = missing.client.open_session("carlcarl", "20260101", visit="20260914")
    assert f"group no-such-group is missing on this machine: {cure}" in told
    assert f"group no-such-group is missing on this machine: {cure}" in missing.device.status()
    missing.server.stop()
    stale = beamline_of(start_path_fixer(ProposalGroup=mine), site)
    told = stale.client.open_session("carlcarl", "20260101", visit="20260914")
    assert f"carlcarl is not in {mine}: {cure}" in told
    assert f"carlcarl is not in {mine}: {cure}" in stale.device.Warnings


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
    for command in ("CloseSession", "Apply", "Check", "Proposals"):
        with pytest.raises(tango.DevFailed, match="PathFixer does not work: .*nowhere_v1") as refused:
            device.command_inout(command)
        assert refused.value.args[0].reason == "RefusedError", command


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


def test_proposals_and_visits_are_told_from_memory(beamline):
    wait_for(lambda: beamline.device.ProposalsAsOf, 5, "an answer of the user office")
    beamline.client.stage("Username", "carlcarl")
    assert beamline.client.proposals() == ["20260101  Ice"]
    beamline.client.stage("Username", "gracehop")
    assert beamline.client.proposals() == ["20260102"]
    assert [line.split()[0] for line in beamline.client.visits("20260101")] == THREE_VISITS
    assert beamline.client.visits("20260103") == []


def test_no_read_and_no_command_takes_long(beamline):
    beamline.device.ping()
    for worker in workers_of(beamline.server.pid):
        freeze(worker)
    assert seconds(lambda: beamline.device.OpenSession(json.dumps(OPENING))) < 3, (
        "a file call may last longer"
    )
    for name in ("path", "SamplePath", "Session", "State", "JobState"):
        assert best_seconds(partial(beamline.device.read_attribute, name), 0.05) < 0.05, name


OPENING = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


def test_a_request_that_nobody_understands_names_the_field(beamline):
    with pytest.raises(tango.DevFailed, match="category: Extra inputs"):
        beamline.device.OpenSession(json.dumps({**OPENING, "category": "staff"}))


def test_a_check_is_told_by_its_job_alone_and_a_second_one_is_refused(beamline):
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    for worker in workers_of(beamline.server.pid):
        freeze(worker)
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


def test_a_reason_may_be_in_any_letters_and_what_is_too_long_is_refused_in_words(beamline):
    beamline.client.open_session(
        "carlcarl", "20260101", visit="20260914", force_reason="探测器 – hangs", asked_by="lismei"
    )
    with sqlite3.connect(beamline.site.state / "sessions.db") as database:
        [(reason,)] = database.execute("SELECT reason FROM session ORDER BY revision DESC LIMIT 1")
    assert reason == "forced without need: 探测器 – hangs"
    with pytest.raises(CommandError, match="EndSession cannot read .*force_reason: .* at most 500"):
        beamline.client.close_session(force_reason="x" * 501, asked_by="lismei")
    assert beamline.client.session().state == "open"
