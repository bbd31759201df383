"""Events make SciFly quick; without them, and whatever they name, it still looks everywhere."""

import threading
from pathlib import PurePosixPath

import pytest
from watchdog.events import DirCreatedEvent, FileCreatedEvent, FileMovedEvent

from scifly.folder import Folder
from scifly.watcher import HINTS_LIMIT, Hints, Watcher
from tests.waiting import wait_for


@pytest.fixture
def hints(tmp_path):
    return Hints(tmp_path, threading.Event())


def p(text):
    return PurePosixPath(text)


def test_an_event_names_the_folder_to_look_into(hints, tmp_path):
    hints.on_any_event(FileCreatedEvent(f"{tmp_path}/s01/a.txt"))
    assert hints.take() == (False, {p("s01")})
    assert hints.take() == (False, set())


def test_a_rename_names_both(hints, tmp_path):
    hints.on_any_event(FileMovedEvent(f"{tmp_path}/a.tmp", f"{tmp_path}/s01/a.txt"))
    assert hints.take() == (False, {p("."), p("s01")})


@pytest.mark.parametrize("name", ["/etc/passwd", "/etc/../etc/x", "relative/../../x"])
def test_what_lies_elsewhere_is_no_hint(hints, name):
    hints.on_any_event(FileCreatedEvent(name))
    assert hints.take() == (False, set())


def test_a_new_folder_means_looking_everywhere(hints, tmp_path):
    hints.on_any_event(DirCreatedEvent(f"{tmp_path}/new"))
    assert hints.take()[0] is True


def test_so_do_more_hints_than_are_kept(hints, tmp_path):
    for number in range(HINTS_LIMIT + 1):
        hints.on_any_event(FileCreatedEvent(f"{tmp_path}/{number}/a.txt"))
    assert hints.take()[0] is True


@pytest.fixture
def watcher(tmp_path):
    made = Watcher(Folder(tmp_path), 5.0, threading.Event())
    yield made
    made.close()


def test_the_first_look_goes_everywhere_and_then_one_per_period(watcher):
    assert watcher.due(0.0).everywhere
    watcher.looked_everywhere(0.0, 0.0)
    assert not watcher.due(4.9).everywhere
    assert watcher.due(5.0).everywhere


def test_a_folder_so_large_that_looking_takes_long_is_looked_at_less_often(watcher):
    watcher.looked_everywhere(0.0, 2.0)
    assert not watcher.due(21.9).everywhere
    assert watcher.due(22.0).everywhere


def test_a_real_file_wakes_us_at_once(watcher, tmp_path):
    assert watcher.due(0.0).everywhere
    watcher.looked_everywhere(0.0, 0.0)
    (tmp_path / "a.txt").write_text("x")
    due = wait_for(lambda: watcher.due(1.0).folders, 5, "a hint")
    assert due == (p("."),)


def test_looking_ourselves_wakes_nobody(watcher, tmp_path):
    (tmp_path / "s01").mkdir()
    watcher.due(0.0)
    watcher.looked_everywhere(0.0, 0.0)
    for _ in range(10):
        Folder(tmp_path).look_everywhere()
    (tmp_path / "end.txt").write_text("x")
    told = []

    def hinted():
        told.append(watcher.due(1.0))
        return told[-1].everywhere or told[-1].folders

    wait_for(hinted, 30, "the hint that comes last")
    assert not any(due.everywhere for due in told)
    assert {folder for due in told for folder in due.folders} == {p(".")}


def test_a_folder_made_anew_under_its_name_is_listened_to(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    watcher = Watcher(Folder(raw), 5.0, threading.Event())
    watcher.due(0.0)
    raw.rename(tmp_path / "old")
    raw.mkdir()
    watcher.due(100.0)
    watcher.looked_everywhere(100.0, 100.0)
    (raw / "a.txt").write_text("x")
    wait_for(lambda: p(".") in watcher.due(101.0).folders, 5, "a hint from the new folder")
    watcher.close()
