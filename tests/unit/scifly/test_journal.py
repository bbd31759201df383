"""The journal: steps are all or nothing, and old versions are never overwritten by chance."""

import sqlite3
from contextlib import closing
from pathlib import PurePosixPath

import pytest

from scifish.message_parts import Value
from scifish.messages import Context
from scifish.producer import PidParts
from scifly.errors import JournalError
from scifly.journal import LAYOUT, Journal
from scifly.journal_rows import Beginning, FileRow, State


@pytest.fixture
def path(tmp_path):
    return tmp_path / "scifly.db"


@pytest.fixture
def journal(path):
    made = Journal.open(path)
    yield made
    made.close()


def row(name="a.txt", **facts):
    given = {"size": 5, "mtime_ns": 7, "inode": 2**63 + 1, "first_mtime_ns": 6, "seen_ns": 9, "beginning": 1}
    return FileRow(folder="/d/raw", path=PurePosixPath(name), profile="generic", **{**given, **facts})


def test_a_file_comes_back_as_it_was(journal):
    kept = row("s01/b\udcff.txt", parts=PidParts("p", 1, "n" * 16), pid="x/y", revision=3, reason="why")
    kept.state = State.NAMED
    with journal.step():
        journal.save([kept])
    assert journal.files("/d/raw") == [kept]
    assert journal.files("/d/other") == []


def test_a_step_that_fails_has_not_happened(journal):
    with pytest.raises(ZeroDivisionError), journal.step():
        journal.save([row()])
        1 / 0
    assert journal.files("/d/raw") == []


def test_values_of_a_beginning_are_forgotten_when_its_files_are_long_done(journal):
    beginning = Beginning(context=Context(), values={"current": Value(value=1, unit="mA")})
    with journal.step():
        numbers = [journal.add_beginning(beginning, seen_ns=10) for _ in range(2)]
        journal.save([row("a", beginning=numbers[0], state=State.CLOSED), row("b", beginning=numbers[1])])
        journal.shorten_beginnings(before_ns=20)
    assert journal.beginning(numbers[0]).values == {}
    assert journal.beginning(numbers[1]) == beginning


def test_the_beginning_of_a_burst_is_read_from_its_json_once(journal):
    beginning = Beginning(context=Context(), values={"current": Value(value=1, unit="mA")})
    with journal.step():
        first, other = (journal.add_beginning(beginning, seen_ns) for seen_ns in (10, 20))
        journal.shorten_beginnings(before_ns=15)
    assert journal.beginning(other) is journal.beginning(other)
    assert journal.beginning(other) == beginning
    assert journal.beginning(first).values == {}


def test_folders_are_known_while_young_or_unfinished(journal):
    with journal.step():
        journal.keep_folder("/d/raw", "{}", 10)
        journal.keep_folder("/d/done", "{}", 10)
        journal.keep_folder("/d/new", "{}", 30)
        journal.save([row()])
    assert sorted(folder for folder, _, _ in journal.folders(since_ns=20)) == ["/d/new", "/d/raw"]


def test_a_journal_of_a_later_version_is_refused(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {LAYOUT + 1}")
    with pytest.raises(JournalError, match="later version"):
        Journal.open(path)


def test_a_file_that_is_no_journal_is_refused(path):
    path.write_text("this is no database, and long enough to be taken for a damaged one" * 20)
    with pytest.raises(JournalError, match=r"scifly\.db"):
        Journal.open(path)
