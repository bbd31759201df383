"""One capture per settled file: whatever its name, its program and this process do meanwhile."""

import os
from datetime import datetime, timedelta, timezone

import pytest

from scifish.context import KnownSession
from scifish.faultpoints import FaultInjectedError
from scifish.messages import check_message_pid
from scifish.session import Session
from scifly.errors import JournalError
from scifly.journal import Journal

MODIFIED = datetime(2023, 11, 14, 22, 13, 20, 123456, timezone.utc)
STEPS = ("scifly.seen", "scifly.settled", "scifly.named", "scifly.committed", "scifly.closed")


def files_of(message):
    return [(file.path, file.size, file.complete) for file in message.files]


def test_a_settled_file_is_captured_with_its_facts(fly, raw, write, captures):
    scifly = fly()
    scifly.look()
    write(raw / "s01" / "Ag_0001.txt", "counts")
    scifly.look()
    write(raw / "s01" / "Ag_0001.txt", "more counts", at_s=30)
    scifly.settle()
    (message,) = captures()
    assert (message.phase, message.status, message.rank) == ("ended", "completed", 2)
    assert (message.name, message.title, message.source.program) == ("Ag_0001.txt", "Ag_0001.txt", "unknown")
    assert (message.source_folder, message.data_format) == (str(raw / "s01"), "text")
    assert files_of(message) == [("Ag_0001.txt", 11, True)]
    assert (message.start_time, message.end_time) == (MODIFIED, MODIFIED + timedelta(seconds=30))
    assert message.files[0].time == message.end_time
    assert (message.assignment, message.proposal) == ("assigned", "20260101")
    assert not [failure for failure in message.failures if "watching" in failure.reason]
    check_message_pid(message)


def test_nothing_is_captured_before_it_has_rested(fly, raw, write, captures):
    scifly = fly(settle_s=5.0)
    for number in range(10):
        write(raw / "a.txt", "x" * (number + 1), at_s=number)
        scifly.look(later_s=4.9)
    assert captures() == []
    assert scifly.folder.unfinished == 1


def test_each_file_is_captured_once_however_often_one_looks(fly, raw, write, captures):
    scifly = fly()
    for name in ("a.txt", "b.txt", "c.txt"):
        write(raw / name)
    for _ in range(5):
        scifly.settle()
    assert sorted(message.name for message in captures()) == ["a.txt", "b.txt", "c.txt"]
    assert len({message.pid for message in captures()}) == 3


def test_a_name_that_is_no_utf8_is_captured_and_told_readably(fly, raw, captures):
    (raw / os.fsdecode(b"\xff.txt")).write_text("x")
    fly().settle()
    assert captures()[0].files[0].path == r"\xff.txt"


def test_a_file_set_back_in_time_by_a_copy_ends_no_earlier_than_it_begins(fly, raw, write, captures):
    scifly = fly()
    write(raw / "a.txt", "x", at_s=50)
    scifly.look()
    write(raw / "a.txt", "xy", at_s=0)
    scifly.settle()
    assert captures()[0].start_time == captures()[0].end_time == MODIFIED


class TestTemporaryNames:
    def test_a_file_is_captured_under_its_final_name_with_the_context_of_its_first(
        self, fly, raw, write, captures
    ):
        scifly = fly()
        scifly.look()
        write(raw / "a.txt.tmp", "1")
        scifly.look()
        scifly.folder.followed.known = KnownSession(None, "none")
        write(raw / "a.txt.tmp", "12", at_s=9)
        scifly.settle()
        (raw / "a.txt.tmp").rename(raw / "a.txt")
        scifly.settle()
        (message,) = captures()
        assert (message.name, message.proposal, message.start_time) == ("a.txt", "20260101", MODIFIED)

    def test_a_temporary_file_that_goes_leaves_no_trace(self, fly, raw, write, captures):
        scifly = fly()
        write(raw / "a.tmp").unlink
        scifly.look()
        (raw / "a.tmp").unlink()
        scifly.settle()
        assert captures() == [] and scifly.folder.unfinished == 0
        assert scifly.journal.files(str(raw)) == []

    def test_a_file_in_use_waits(self, fly, raw, write, captures):
        scifly = fly()
        write(raw / "a.txt")
        write(raw / "~$a.txt")
        scifly.settle()
        assert captures() == []
        (raw / "~$a.txt").unlink()
        scifly.settle()
        assert [message.name for message in captures()] == ["a.txt"]


class TestChangedAfterCapture:
    def test_its_capture_is_told_anew(self, fly, raw, write, captures):
        scifly = fly()
        write(raw / "a.txt", "1")
        scifly.settle()
        write(raw / "a.txt", "12", at_s=100)
        scifly.settle()
        first, second = captures()
        assert second.pid == first.pid and second.revision > first.revision
        assert (second.phase, second.start_time) == ("ended", first.start_time)
        assert second.end_time == first.end_time + timedelta(seconds=100)
        assert files_of(second) == [("a.txt", 2, True)]

    def test_also_when_it_changed_while_scifly_was_down(self, fly, raw, write, captures):
        write(raw / "a.txt", "1")
        fly().settle()
        write(raw / "a.txt", "12", at_s=100)
        fly().settle()
        first, second = captures()
        assert second.pid == first.pid and second.revision > first.revision

    def test_each_version_is_a_capture_of_its_own_where_the_profile_says_so(self, fly, raw, write, captures):
        scifly = fly(when_modified="capture")
        write(raw / "BTO.sle", "1")
        scifly.settle()
        write(raw / "BTO.sle", "12", at_s=100)
        scifly.settle()
        first, second = captures()
        assert second.pid != first.pid
        assert second.start_time == MODIFIED + timedelta(seconds=100)

    def test_or_nothing_happens(self, fly, raw, write, captures):
        scifly = fly(when_modified="ignore")
        write(raw / "a.txt", "1")
        scifly.settle()
        write(raw / "a.txt", "12", at_s=100)
        scifly.settle()
        assert len(captures()) == 1

    def test_long_after_only_its_size_and_time_are_amended(self, fly, raw, write, captures):
        scifly = fly(revise_within_s=0)
        write(raw / "a.txt", "1")
        scifly.settle()
        write(raw / "a.txt", "12", at_s=100)
        scifly.settle()
        first, second = captures()
        assert (second.pid, second.phase, second.part.name) == (first.pid, "amended", "completion")
        assert files_of(second) == [("a.txt", 2, True)] and second.end_time is None

    def test_another_name_is_the_same_capture(self, fly, raw, write, captures):
        scifly = fly()
        write(raw / "a.txt")
        scifly.settle()
        (raw / "a.txt").rename(raw / "b.txt")
        scifly.settle()
        first, second = captures()
        assert second.pid == first.pid and files_of(second) == [("b.txt", 6, True)]

    def test_a_new_file_of_an_old_name_is_another_capture(self, fly, raw, write, captures):
        scifly = fly()
        write(raw / "a.txt", "1")
        scifly.settle()
        (raw / "a.txt").unlink()
        scifly.look(later_s=1)
        write(raw / "a.txt", "again", at_s=500)
        scifly.settle()
        first, second = captures()
        assert second.pid != first.pid


class TestRestart:
    def test_a_file_written_while_scifly_was_down_is_found_and_its_values_are_called_late(
        self, fly, raw, write, captures
    ):
        fly().look()
        write(raw / "a.txt")
        fly().settle()
        (message,) = captures()
        told = " ".join(failure.reason for failure in message.failures)
        assert "was not watching when the file appeared" in told and "read later" in told

    def test_a_file_seen_before_keeps_its_beginning(self, fly, raw, write, captures):
        scifly = fly()
        scifly.look()
        write(raw / "a.txt", "1")
        scifly.look()
        write(raw / "a.txt", "12", at_s=9)
        fly(session=Session(revision=2, beamline="demo")).settle()
        (message,) = captures()
        assert (message.proposal, message.start_time) == ("20260101", MODIFIED)

    @pytest.mark.parametrize("step", STEPS)
    def test_a_fault_after_any_step_ends_in_one_capture(self, fly, raw, write, captures, monkeypatch, step):
        monkeypatch.setenv("SCIZOO_FAULT", f"{step}:raise")
        write(raw / "a.txt")
        write(raw / "b.txt")
        with pytest.raises(FaultInjectedError):
            fly().settle()
        fly().settle()
        assert {message.name for message in captures()} == {"a.txt", "b.txt"}
        assert len({message.pid for message in captures()}) == 2

    def test_what_was_captured_is_not_captured_again(self, fly, raw, write, captures):
        write(raw / "a.txt")
        fly().settle()
        fly().settle()
        assert len(captures()) == 1

    @pytest.mark.filterwarnings(
        "ignore:Callback with id:RuntimeWarning"
    )  # watchdog 7, at a folder moved back
    def test_a_folder_that_cannot_be_read_for_a_while_is_not_captured_again(self, fly, raw, write, captures):
        write(raw / "s01" / "a.txt")
        scifly = fly()
        scifly.settle()
        (raw / "s01").rename(raw.parent / "away")
        scifly.look(later_s=1)
        (raw.parent / "away").rename(raw / "s01")
        scifly.settle()
        assert len(captures()) == 1


def test_a_spool_that_fails_is_tried_again_with_the_same_pid(fly, raw, write, captures):
    scifly = fly()
    write(raw / "a.txt")
    scifly.lose_spool()
    hindered = scifly.settle()
    assert "is closed" in hindered and len(scifly.work.tally.failed) == 1
    (row,) = scifly.journal.files(str(raw))
    again = fly()
    again.look()
    (message,) = captures()
    assert message.nonce == row.parts.nonce
    assert not again.work.tally.failed


def test_switched_off_new_files_are_left_alone_for_ever(fly, raw, write, captures):
    scifly = fly()
    scifly.work.enabled = False
    write(raw / "a.txt")
    scifly.settle()
    scifly.work.enabled = True
    write(raw / "b.txt")
    scifly.settle()
    assert [message.name for message in captures()] == ["b.txt"]


def test_files_of_no_session_are_booked_on_nobody(fly, raw, write, captures):
    write(raw / "a.txt")
    fly(session=Session(revision=2, beamline="demo", unowned_path=str(raw))).settle()
    (message,) = captures()
    assert (message.assignment, message.proposal) == ("none", None)


def test_one_journal_serves_one_process(fly, state):
    fly()
    with pytest.raises(JournalError, match="another SciFly"):
        Journal.open(state.path / "scifly.db")


def test_a_flood_is_captured_in_portions(fly, raw, write, captures):
    for number in range(5):
        write(raw / f"{number}.txt")
    scifly = fly()
    scifly.work.batch = 2
    scifly.settle()
    assert len(captures()) == 2
    scifly.look(later_s=1)
    scifly.look(later_s=1)
    assert len({message.pid for message in captures()}) == 5
