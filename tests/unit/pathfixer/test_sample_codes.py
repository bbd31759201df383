"""Codes instead of the names of proprietary samples."""

from pathlib import Path

import pytest

from pathfixer.open_request import OpenRequest
from pathfixer.sample_codes import SampleCodes
from pathfixer.state_database import StateDatabase
from pathfixer.store import LAYOUTS, Store
from tests.unit.pathfixer.conftest import Bench, tell
from tests.waiting import wait_for

NICKEL = OpenRequest(username="carlcarl", proposal="20260102", visit="20260914", sample="nickel")


@pytest.fixture
def codes(tmp_path: Path):
    store = Store.open(tmp_path / "state")
    yield SampleCodes(store.database)
    store.close()


def test_a_code_stays_with_its_sample_and_stands_for_itself(codes):
    assert codes.code("20260102", "nickel") == "s01"
    assert codes.code("20260102", "cobalt") == "s02"
    assert codes.code("20260102", "nickel") == "s01"
    assert codes.code("20260102", "s02") == "s02"
    assert codes.code("20260103", "nickel") == "s01"


def test_a_sample_whose_name_looks_like_a_code_takes_nobody_s(codes):
    assert codes.code("20260102", "s02") == "s01"
    assert codes.code("20260102", "nickel") == "s03", "s02 is a sample's name"


@pytest.fixture
def other(bench: Bench, root: Path, tmp_path: Path):
    """A second PathFixer of the beamline, with a session in the same visit."""
    other = Bench(root, tmp_path / "other")
    other.keeper.start()
    other.keeper.open_session(NICKEL, "me", tell)
    yield other
    other.keeper.stop()


def test_two_path_fixers_give_no_code_twice_in_one_visit(bench, other):
    bench.keeper.open_session(NICKEL.model_copy(update={"sample": "cobalt"}), "me", tell)
    assert (other.keeper.session.sample, bench.keeper.session.sample) == ("s01", "s02")
    other.keeper.samples.ask("iron", "me")
    wait_for(lambda: other.keeper.session.sample == "s03", 5, "the next code that is nobody's")
    bench.keeper.samples.ask("zinc/z1", "me")
    wait_for(lambda: bench.keeper.session.sample == "s05/s04", 5, "codes that are nobody's")
    raw = Path(bench.keeper.session.path)
    assert list((raw / "s03").iterdir()) == [], "the other's, as it was"
    assert sorted(path.name for path in raw.iterdir()) == ["s01", "s02", "s03", "s05"]


def test_a_store_that_was_lost_takes_nobody_s_folder_again(other, root, tmp_path):
    other.keeper.stop()
    anew = Bench(root, tmp_path / "anew")
    anew.keeper.start()
    anew.keeper.open_session(NICKEL.model_copy(update={"sample": "cobalt"}), "me", tell)
    assert anew.keeper.session.sample == "s02"
    anew.keeper.stop()


def test_our_own_samples_keep_their_codes_in_later_sessions(bench):
    for sample, code in (("nickel", "s01"), ("cobalt/c1", "s02/s03"), ("nickel", "s01"), ("cobalt", "s02")):
        bench.keeper.open_session(NICKEL.model_copy(update={"sample": sample}), "me", tell)
        assert bench.keeper.session.sample == code


def test_samples_of_an_older_store_keep_their_codes(bench, root, tmp_path):
    bench.keeper.open_session(NICKEL, "me", tell)
    row = bench.store.database.rows("SELECT revision, at, client, document FROM session")[0]
    bench.keeper.stop()
    older = StateDatabase.open(tmp_path / "older", "sessions.db", LAYOUTS[:3])
    with older.transaction() as database:
        database.execute("INSERT INTO session VALUES (?, ?, ?, ?, '', '', '')", row)
        database.execute("INSERT INTO sample_code VALUES ('20260102', 'nickel', 's01')")
    older.close()
    newer = Bench(root, tmp_path / "older")
    newer.keeper.start()
    newer.keeper.open_session(NICKEL, "me", tell)
    assert newer.keeper.session.sample == "s01"
    newer.keeper.stop()
