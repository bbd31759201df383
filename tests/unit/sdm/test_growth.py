"""Knowing when a file last grew, with a real child process."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdm.folders.growth_listings import Listings
from sdm.folders.growth_watch import GrowthWatch
from tests.processes import freeze
from tests.waiting import wait_for


def run(function) -> None:
    threading.Thread(target=function, daemon=True).start()


@pytest.fixture
def growth() -> Iterator[GrowthWatch]:
    growth = GrowthWatch(0, run)
    yield growth
    growth.close()


def test_a_file_that_grows_below_is_known_with_its_age(growth, tmp_path):
    (tmp_path / "ice").mkdir()
    growth.watch(str(tmp_path))
    assert growth.ready.wait(60)
    assert growth.last() is None
    (tmp_path / "ice" / "sc\u00e4n 1.h5").write_text("1")
    last = wait_for(growth.last, 5, "growth")
    assert last.path == str(tmp_path / "ice" / "sc\u00e4n 1.h5")
    assert 0 <= last.age_s < 60


def test_folders_that_are_made_and_files_that_go_are_no_growth(growth, tmp_path):
    (tmp_path / "old").write_text("1")
    growth.watch(str(tmp_path))
    assert growth.ready.wait(60)
    (tmp_path / "ice").mkdir()
    (tmp_path / "old").unlink()
    (tmp_path / "ice" / "new").touch()
    assert wait_for(growth.last, 5, "growth").path.endswith("/new")


def test_a_file_without_a_name_is_no_growth_but_one_that_is_called_so_is(growth, tmp_path):
    growth.watch(str(tmp_path))
    assert growth.ready.wait(60)
    with os.fdopen(os.open(tmp_path, os.O_TMPFILE | os.O_WRONLY), "wb") as probe:
        probe.write(b"probe")
    (tmp_path / "#1").write_text("1")
    assert wait_for(growth.last, 5, "growth").path == str(tmp_path / "#1")


def test_a_watch_that_died_is_begun_again(growth, tmp_path):
    growth.watch(str(tmp_path))
    assert growth.ready.wait(60)
    os.kill(growth._child.pid, signal.SIGKILL)
    wait_for(lambda: growth.problem, 5, "the problem is told")
    growth.watch(str(tmp_path))
    assert growth.ready.wait(60)
    assert growth.problem is None


def test_a_folder_that_is_not_there_is_told(growth, tmp_path):
    growth.watch(str(tmp_path / "gone"))
    wait_for(lambda: growth.problem, 10, "the problem")
    assert "gone" in growth.problem
    growth.watch(None)
    assert growth.problem is None


def test_what_others_write_on_a_server_is_found_by_listing(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "elsewhere").symlink_to("/etc")
    listings = Listings(str(tmp_path))
    assert listings.everything() is None
    (tmp_path / "a").write_text("12")
    assert listings.everything() == str(tmp_path / "a")
    assert listings.everything() is None
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "new").touch()
    assert listings.everything() == str(tmp_path / "b" / "new")


def test_between_two_listings_it_is_known_whether_a_file_goes_on_growing(tmp_path):
    for name in ("eiger", "rest"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.h5").touch()
    listings = Listings(str(tmp_path))
    assert listings.where_it_grew() is None
    (tmp_path / "eiger" / "0.h5").write_text("1")
    assert listings.where_it_grew() is None, "nobody has listed it yet"
    assert listings.everything() == str(tmp_path / "eiger" / "0.h5")
    assert listings.where_it_grew() is None
    (tmp_path / "eiger" / "1.h5").write_text("1")
    assert listings.where_it_grew() == str(tmp_path / "eiger" / "1.h5")
    (tmp_path / "rest" / "0.h5").write_text("1")
    assert listings.where_it_grew() is None, "that waits for the next listing"
    assert listings.everything() == str(tmp_path / "rest" / "0.h5")
    (tmp_path / "rest" / "0.h5").unlink()
    (tmp_path / "rest").rmdir()
    assert listings.where_it_grew() is None


def test_a_frozen_watch_is_left_behind_at_once(growth, tmp_path):
    growth.watch(str(tmp_path))
    assert growth.ready.wait(60)
    freeze(growth._child.pid)
    start = time.perf_counter()
    growth.close()
    assert time.perf_counter() - start < 5
    assert Path(str(tmp_path)).is_dir()
