"""The keeper with a real file system, an office and MacroServers in memory."""

import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import pytest

from pathfixer.errors import BusyError, RefusedError, StoreError
from pathfixer.open_request import CloseRequest, OpenRequest
from pathfixer.shown import shown
from pathfixer.steps import Wish
from sdm.errors import FolderError, NameRefusedError, UnknownProposalError
from sdm.folders.growth_watch import Growth
from tests.unit.pathfixer.conftest import Bench, run
from tests.waiting import wait_for

ICE = OpenRequest(username="carlcarl", proposal="20260101", visit="20260914")


def tell(done: int, of: int, text: str) -> None:
    """Progress is nobody's concern here."""


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


def test_a_sample_is_shown_at_once_and_its_path_when_the_folder_is_there(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.keeper.samples.ask("a/b", "me")
    assert bench.keeper.current.sample == "a/b"
    wait_for(lambda: bench.keeper.session.sample == "a/b", 5, "the sample's folder")
    assert Path(bench.keeper.session.sample_path).is_dir()
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.keeper.session.sample_path, 5, "ScanDir")
    assert bench.keeper.session.revision == 2


def test_of_many_samples_the_last_one_counts(bench):
    bench.keeper.open_session(ICE, "me", tell)
    for number in range(20):
        bench.keeper.samples.ask(f"s{number}", "me")
    wait_for(lambda: bench.keeper.session.sample == "s19", 10, "the last sample")
    assert bench.store.wish() is None


def test_a_sample_whose_folder_cannot_be_made_is_an_alarm_until_the_next(bench):
    bench.keeper.open_session(ICE, "me", tell)
    (Path(bench.keeper.session.path) / "ice").write_text("in the way")
    bench.keeper.samples.ask("ice", "me")
    wait_for(lambda: bench.keeper.condition.state == "ALARM", 5, "ALARM")
    assert "sample 'ice' could not be set" in bench.keeper.condition.status
    assert bench.keeper.current.sample == ""
    bench.keeper.samples.ask("water", "me")
    wait_for(lambda: bench.keeper.session.sample == "water", 5, "the next sample")
    assert bench.keeper.condition.state == "ON"


def test_a_wish_of_an_earlier_life_is_fulfilled(root, tmp_path):
    first = Bench(root, tmp_path / "state")
    first.keeper.start()
    first.keeper.open_session(ICE, "me", tell)
    first.store.set_wish(Wish(sample="ice", client="me"))
    first.keeper.stop()
    second = Bench(root, tmp_path / "state")
    assert second.keeper.current.sample == "ice"
    second.keeper.start()
    wait_for(lambda: second.keeper.session.sample == "ice", 5, "the sample")
    second.keeper.stop()


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


def test_proposals_and_visits_are_offered_to_whom_they_concern(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.desk.stage("Username", "carlcarl", "panel")
    assert bench.desk.proposals() == ["20260101  Ice", "20260102"]
    assert bench.desk.visits("20260101") == ["20260914  2026-09-14 08:00 - 2026-09-15 08:00"]
    bench.desk.stage("Username", "stranger", "panel")
    assert bench.desk.proposals() == []
    bench.desk.stage("Username", "lismei", "panel")
    assert len(bench.desk.proposals()) == 2
    with pytest.raises(RefusedError, match="EA09"):
        bench.desk.stage("Endstation", "EA09", "panel")


def test_a_running_macro_stops_a_switch_and_a_sample_is_taken_all_the_same(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1 (its state is RUNNING)"}
    for act in (
        lambda: bench.keeper.open_session(ICE, "me", tell),
        lambda: bench.keeper.close_session("me"),
    ):
        with pytest.raises(RefusedError, match=r"a macro runs on door/demo/1 .*force it with a reason"):
            act()
    assert bench.keeper.session.revision == 1
    bench.keeper.samples.ask("ice", "me")
    wait_for(lambda: bench.keeper.session.sample == "ice", 5, "the sample")


def test_the_macro_that_asks_is_no_obstacle_to_itself(bench):
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
    bench.keeper.open_session(ICE.model_copy(update={"asking_door": "Door/Demo/1"}), "me", tell)
    assert bench.store.history(1)[0].reason == ""
    bench.doors.running["door/demo/2"] = "a macro runs on door/demo/2"
    with pytest.raises(RefusedError, match=r"^a macro runs on door/demo/2\."):
        bench.keeper.close_session("me", CloseRequest(asking_door="door/demo/1"))


def test_growing_files_stop_a_switch_until_the_window_is_over(bench):
    bench.keeper.open_session(ICE, "me", tell)
    assert bench.growth.watched == bench.keeper.session.path
    bench.growth.growth = Growth("/raw/scan.h5", 3.2)
    with pytest.raises(RefusedError, match=r"/raw/scan.h5 grew 3 s ago \(no switch before 10 s\)"):
        bench.keeper.close_session("me")
    bench.growth.growth = Growth("/raw/scan.h5", 10.1)
    bench.keeper.close_session("me")
    assert bench.growth.watched is None


def test_force_needs_a_reason_and_is_kept_with_name_and_place(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
    with pytest.raises(RefusedError):
        bench.keeper.close_session("10.0.0.7 pid 7", CloseRequest(force_reason="  ", asked_by="lismei"))
    bench.keeper.close_session("10.0.0.7 pid 7", CloseRequest(force_reason="crashed", asked_by="lismei"))
    kept = bench.store.history(1)[0]
    assert (kept.what, kept.who, kept.client) == ("closed", "lismei", "10.0.0.7 pid 7")
    assert kept.reason == "forced: crashed, although a macro runs on door/demo/1"
    assert kept.reason in bench.keeper.current.history[0]


def test_what_cannot_be_stored_leaves_no_folder(bench, root):
    with sqlite3.connect(bench.folder / "sessions.db") as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON session BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(StoreError, match="full"):
        bench.keeper.open_session(ICE, "me", tell)
    assert bench.keeper.session.revision == 0
    assert list((root / "visitors/demo").iterdir()) == []


def test_what_is_not_empty_any_more_is_named_when_the_store_fails(bench, root):
    proposal = root / "visitors/demo/20260101"
    bench.keeper.open_session(ICE, "me", tell)
    with sqlite3.connect(bench.folder / "sessions.db") as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON session BEGIN SELECT RAISE(FAIL, 'full'); END")
    bench.keeper.samples.ask("ice", "me")
    wait_for(lambda: bench.keeper.samples.problem, 5, "the problem")
    assert not (proposal / "20260914/raw/ice").exists()
    assert (proposal / "20260914/raw").is_dir(), "what was there before stays"


def test_a_sample_of_an_earlier_visit_is_a_warning_until_it_is_written_anew(bench):
    bench.keeper.open_session(ICE.model_copy(update={"sample": "ice"}), "me", tell)
    other = OpenRequest(username="carlcarl", proposal="20260101", visit="20261120", sample="ice")
    staff = other.model_copy(update={"username": "lismei"})
    assert "sample 'ice' was chosen at" in bench.keeper.open_session(staff, "me", tell)[0]
    assert bench.keeper.condition.state == "ON"
    assert shown(bench.keeper, bench.desk)["Warnings"] == bench.keeper.warnings != []
    bench.keeper.samples.ask("ice", "me")
    wait_for(lambda: bench.keeper.warnings == [], 5, "no warning any more")
    assert bench.keeper.session.sample == "ice"
