"""A keeper and the sample of its session: wished for at any time, its folder made in the background."""

import sqlite3
from pathlib import Path

from pathfixer.open_request import OpenRequest
from pathfixer.shown import shown
from pathfixer.steps import Wish
from tests.unit.pathfixer.conftest import ICE, Bench, tell
from tests.waiting import wait_for


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


def test_a_sample_that_cannot_be_stored_leaves_no_folder(bench, root):
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
