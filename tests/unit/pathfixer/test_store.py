"""What a PathFixer remembers."""

import sqlite3
import stat
import subprocess
import sys

import pytest

from pathfixer.errors import StoreError
from pathfixer.sessions import closed_document
from pathfixer.state_database import StateDatabase
from pathfixer.steps import Step, Wish
from pathfixer.store import LAYOUTS, Store
from sdm.folders.identity import Identity


def step(revision: int) -> Step:
    session = closed_document(revision, "demo", "/unowned")
    return Step(at=f"2026-11-21T10:00:{revision:02d}+00:00", client="127.0.0.1 pid 7", session=session)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def store(folder):
    store = Store.open(folder)
    yield store
    store.close()


def test_a_new_store_is_empty_and_private(store, folder):
    assert store.last() is None
    assert store.wish() is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "sessions.db").stat().st_mode) == 0o600


def test_the_newest_session_is_the_last_and_none_is_lost(store, folder):
    for revision in (1, 2, 3):
        store.commit(step(revision), {f"/data/{revision}": Identity(1, revision, 0)})
    store.close()
    again = Store.open(folder)
    assert again.last() == step(3).session
    assert [one.session.revision for one in again.history(10)] == [3, 2, 1]
    assert again.folders() == {f"/data/{n}": Identity(1, n, 0) for n in (1, 2, 3)}
    again.close()


def test_what_the_user_office_says_later_does_not_hide_where_data_were_sent_last(store):
    assert store.last_move() is None
    for revision, what in enumerate(("opened", "sample", "doubted", "confirmed"), start=1):
        store.commit(step(revision).model_copy(update={"what": what}), {})
    move = store.last_move()
    assert (move.what, move.session.revision) == ("sample", 2)


@pytest.mark.parametrize("change", ["UPDATE session SET who = 'nobody'", "DELETE FROM session"])
def test_the_history_is_only_added_to_whoever_tries(store, folder, change):
    store.commit(step(1), {})
    with (
        sqlite3.connect(folder / "sessions.db") as database,
        pytest.raises(sqlite3.IntegrityError, match="the history is only added to"),
    ):
        database.execute(change)
    assert store.last() == step(1).session


def test_the_same_revision_is_never_written_twice(store):
    store.commit(step(1), {"/a": Identity(1, 1, 1)})
    with pytest.raises(StoreError):
        store.commit(step(1), {"/b": Identity(1, 2, 2)})
    assert store.folders() == {"/a": Identity(1, 1, 1)}


def test_a_wish_lives_until_it_is_fulfilled_or_another_session_begins(store):
    ice, water = Wish(sample="ice", client="a"), Wish(sample="water", client="b")
    store.set_wish(ice)
    store.set_wish(water)
    store.commit(step(1), {}, fulfilled=ice)
    assert store.wish() == water
    store.drop_wish(ice)
    assert store.wish() == water
    store.commit(step(2), {})
    assert store.wish() == water
    store.commit(step(3).model_copy(update={"what": "closed"}), {})
    assert store.wish() is None


def test_macro_servers_are_one_whatever_the_case(store):
    store.set_settled("MacroServer/Demo/1", "/data")
    assert store.settled("macroserver/demo/1") == "/data"
    assert store.settled("macroserver/demo/2") is None


def test_a_second_process_is_refused(store, folder):
    code = f"from pathlib import Path; from pathfixer.store import Store; Store.open(Path({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "is in use by another process" in done.stderr


def test_a_second_device_of_this_process_is_refused_until_the_first_gives_it_up(store, folder):
    with pytest.raises(StoreError, match="is in use by another process or device"):
        Store.open(folder)
    store.commit(step(1), {})
    store.close()
    again = Store.open(folder)
    assert again.last() == step(1).session
    again.close()


def test_a_folder_that_others_could_read_is_made_private(folder):
    folder.mkdir(mode=0o755)
    Store.open(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_on_a_file_server_is_refused(folder):
    with pytest.raises(StoreError, match="lies on nfs4: name a folder on a local disk"):
        StateDatabase.open(folder, "sessions.db", LAYOUTS, lambda path: "nfs4")


def test_a_newer_layout_is_left_alone(folder):
    Store.open(folder).close()
    database = sqlite3.connect(folder / "sessions.db")
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(StoreError, match="layout 99.*update scizoo"):
        Store.open(folder)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(StoreError, match="StateDirectory .*state cannot be used"):
        Store.open(tmp_path / "state")


def test_a_store_of_the_first_layout_keeps_its_history(folder):
    first = StateDatabase.open(folder, "sessions.db", LAYOUTS[:1])
    row = (1, "2026-11-21T10:00:01+00:00", "127.0.0.1 pid 7", step(1).session.model_dump_json(by_alias=True))
    with first.transaction() as database:
        database.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)
    first.close()
    store = Store.open(folder)
    store.commit(step(2).model_copy(update={"what": "closed", "who": "lismei", "reason": "forced"}), {})
    assert [(one.what, one.who, one.reason) for one in store.history(9)] == [
        ("closed", "lismei", "forced"),
        ("", "", ""),
    ]
    store.close()
