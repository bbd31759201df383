"""The keeper with a real file system, an office and MacroServers in memory."""

import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import pytest

from pathfixer.errors import BusyError, RefusedError, StoreError
from pathfixer.open_request import OpenRequest
from pathfixer.shown import shown
from pathfixer.visits.record import VisitRecord
from sdm.errors import FolderError, NameRefusedError, UnknownProposalError
from tests.own_tree import RULES
from tests.unit.pathfixer.conftest import ICE, Bench, run, tell
from tests.waiting import wait_for


def test_at_first_there_is_no_session_and_scans_are_nobody_s(bench):
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.unowned, 5, "ScanDir")
    assert bench.keeper.condition.state == "STANDBY"
    assert shown(bench.keeper, bench.desk)["path"] == ""


def test_an_open_session_is_shown_stored_and_followed(bench):
    assert bench.keeper.open_session(ICE, "me", tell) == []
    session = bench.keeper.session
    assert bench.store.last() == session
    assert bench.server.variables["ScanDir"] == session.sample_path
    assert session.visit_ends_at == datetime(2026, 9, 15, 6, tzinfo=timezone.utc)
    assert bench.keeper.condition.state == "ON"
    assert bench.keeper.current.history[0].endswith("asked by carlcarl from me")


def test_until_the_commit_everything_shows_the_old_session(bench):
    bench.office.answers.clear()
    run(lambda: bench.keeper.open_session(ICE, "me", tell))
    wait_for(lambda: bench.keeper.condition.state == "RUNNING", 5, "RUNNING")
    assert bench.keeper.session.state == "closed"
    with pytest.raises(BusyError, match="opening a session for 20260101"):
        bench.keeper.close_session("me")
    with pytest.raises(BusyError):
        bench.keeper.samples.ask("ice", "me")
    bench.office.answers.set()
    wait_for(lambda: bench.keeper.session.state == "open", 5, "open")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"proposal": "20269999"}, UnknownProposalError),
        ({"username": "stranger"}, RefusedError),
        ({"username": "12345"}, NameRefusedError),
        ({"proposal": "../x"}, NameRefusedError),
        ({"visit": None}, RefusedError),
        ({"sample": "raw"}, RefusedError),
        ({"endstation": "EA01"}, RefusedError),
    ],
)
def test_a_failed_opening_leaves_the_old_session_and_no_folder(bench, root, change, error):
    with pytest.raises(error):
        bench.keeper.open_session(ICE.model_copy(update=change), "me", tell)
    assert bench.keeper.session.revision == 0
    assert bench.keeper.condition.state == "STANDBY"
    assert list((root / "visitors/demo").iterdir()) == []


def test_a_folder_that_cannot_be_made_fails_the_opening(bench, root):
    (root / "visitors/demo/20260101").write_text("in the way")
    with pytest.raises(FolderError):
        bench.keeper.open_session(ICE, "me", tell)
    assert bench.store.last() is None


def test_closing_leaves_nothing_of_the_session(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.keeper.close_session("me")
    assert bench.server.variables["ScanDir"] == bench.unowned
    assert bench.keeper.condition.state == "STANDBY"
    revision = bench.keeper.session.revision
    bench.keeper.close_session("me")
    assert bench.keeper.session.revision == revision


def test_a_silent_macro_server_leaves_the_session_open_in_alarm(bench):
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.unowned, 5, "ScanDir")
    bench.server.broken = "cannot be written: no answer"
    complaints = bench.keeper.open_session(ICE, "me", tell)
    assert complaints == ["macroserver/test/1: cannot be written: no answer"]
    assert bench.keeper.condition.state == "ALARM"
    assert bench.keeper.session.state == "open"


def test_a_proprietary_proposal_shows_a_code_and_no_title(bench):
    request = OpenRequest(username="carlcarl", proposal="20260102", visit="20260914", sample="nickel/n1")
    bench.keeper.open_session(request, "me", tell)
    assert bench.keeper.current.sample == "s01/s02"
    bench.keeper.samples.ask("s01/s02", "panel")
    told = str(shown(bench.keeper, bench.desk)) + bench.keeper.condition.status
    for secret in ("nickel", "n1", "Secret"):
        assert secret not in told
    assert bench.keeper.session.category == "proprietary"


def test_a_replaced_folder_is_noticed_and_scans_go_elsewhere(bench):
    bench.keeper.open_session(ICE, "me", tell)
    raw = Path(bench.keeper.session.path)
    raw.rename(raw.with_name("old"))
    raw.mkdir(mode=0o2770)
    bench.keeper.samples.ask("ice", "me")
    wait_for(lambda: "is not the folder it was" in bench.keeper.condition.status, 5, "noticed")
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.unowned, 5, "ScanDir")
    assert bench.keeper.condition.state == "ALARM"


def test_after_a_restart_nobody_is_sent_back_to_a_folder_that_was_replaced(root, tmp_path):
    first = Bench(root, tmp_path / "state")
    first.keeper.start()
    first.keeper.open_session(ICE, "me", tell)
    raw = Path(first.keeper.session.path)
    raw.rename(raw.with_name("old"))
    raw.mkdir(mode=0o2770)
    first.keeper.samples.ask("ice", "me")
    wait_for(lambda: first.server.variables["ScanDir"] == first.unowned, 5, "noticed")
    first.keeper.stop()
    second = Bench(root, tmp_path / "state")
    second.server.variables["ScanDir"] = second.unowned
    with second.files._lock:  # the file system takes its time
        second.keeper.start()
        second.keeper.destination.wait(60)
    wait_for(lambda: "is not the folder it was" in second.keeper.condition.status, 5, "noticed again")
    second.keeper.destination.wait(60)
    assert second.server.writes == []
    second.keeper.stop()


def test_a_check_without_a_session_looks_at_the_folder_for_unowned_scans(bench):
    findings = bench.keeper.check()
    assert bench.unowned in findings[0].finding
    with pytest.raises(RefusedError, match="no session"):
        bench.keeper.repair()


def test_a_missing_folder_for_unowned_scans_is_a_fault(root, tmp_path):
    (root / "staff/demo/unowned").rmdir()
    bench = Bench(root, tmp_path / "state")
    bench.keeper.start()
    wait_for(lambda: bench.keeper.condition.state == "FAULT", 5, "FAULT")
    assert bench.unowned in bench.keeper.condition.status
    bench.keeper.stop()


def test_a_visit_that_a_sibling_has_locked_gets_no_folder(bench, root):
    bench.keeper.open_session(ICE, "me", tell)
    visit = root / "visitors/demo/20260101/20260914"
    visit.chmod(0o3550)
    with pytest.raises(RefusedError, match="is locked"):
        bench.keeper.open_session(ICE.model_copy(update={"sample": "ice"}), "me", tell)
    assert list((visit / "raw").iterdir()) == []


def test_what_cannot_be_stored_leaves_no_folder(bench, root):
    with sqlite3.connect(bench.folder / "sessions.db") as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON session BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(StoreError, match="full"):
        bench.keeper.open_session(ICE, "me", tell)
    assert bench.keeper.session.revision == 0
    assert list((root / "visitors/demo").iterdir()) == []
    assert (bench.keeper.visits.lines(9), bench.keeper.visits.records()) == ([], [])


def test_a_visit_that_another_one_closed_under_the_session_is_an_alarm_until_it_is_open_again(bench):
    bench.keeper.open_session(ICE, "me", tell)
    sheet = Path(bench.keeper.session.path).parent.with_name(".scizoo-visit-20260914.json")
    record = VisitRecord.model_validate_json(sheet.read_text())
    place = record.place

    def other_writes(event: str) -> None:
        other = record.model_copy(update={"event": event, "path_fixer": "demo-e02/ctl/sdm-01"})
        text = other.model_dump_json(by_alias=True)
        bench.files.write_sheet(bench.config.planner(RULES)(place), text)
        bench.sheets.look(place.proposal)

    other_writes("closed")
    condition = bench.keeper.condition
    assert condition.state == "ALARM"
    assert "visit 20260101/20260914 of this session was closed at" in condition.status
    other_writes("reopened")
    assert bench.keeper.condition.state == "ON"


def test_a_sheet_that_cannot_be_taken_over_spoils_no_opening(bench):
    with sqlite3.connect(bench.folder / "sessions.db") as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON visit_record WHEN NEW.document LIKE '%-e02%' "
            "BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    bench.keeper.open_session(ICE, "me", tell)
    sheet = Path(bench.keeper.session.path).parent.with_name(".scizoo-visit-20260914.json")
    record = VisitRecord.model_validate_json(sheet.read_text())
    other = record.model_copy(update={"event": "reopened", "path_fixer": "demo-e02/ctl/sdm-01"})
    told = []

    def others_write_meanwhile(done: int, of: int, text: str) -> None:
        if text == "committing":
            document = other.model_dump_json(by_alias=True)
            bench.files.write_sheet(bench.config.planner(RULES)(record.place), document)
            told.append(text)

    assert bench.keeper.open_session(with_sample("ice"), "me", others_write_meanwhile) == []
    assert bench.keeper.session.sample == "ice"
    assert told


def with_sample(sample: str) -> OpenRequest:
    return ICE.model_copy(update={"sample": sample})


def test_a_check_names_the_visits_of_which_others_learn_nothing(bench, root):
    bench.keeper.open_session(ICE, "me", tell)
    visit = Path(bench.keeper.session.path).parent
    away = visit.parent.with_name("away")
    visit.parent.rename(away)
    bench.sheets.write(str(visit))
    away.rename(visit.parent)
    (bad,) = [finding for finding in bench.keeper.check() if not finding.ok]
    assert (bad.part, str(visit) in bad.finding) == ("visits", True)
    bench.sheets.look_around()
    assert all(finding.ok for finding in bench.keeper.check())
