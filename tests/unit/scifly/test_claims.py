"""What a scan names is the scan's: before, while and after SciFly has seen it."""

from pathlib import PurePosixPath

import pytest

from scifish.message_parts import DataFile
from scifish.producer import Producer
from scifly.claims import Claims, ScanFiles

PID = "20.500.12345/one"


def scan_files(folder, *names):
    return ScanFiles(source_folder=str(folder), files=[DataFile(path=name) for name in names])


@pytest.fixture
def sardana(state):
    """A recorder's producer in a spool of its own."""
    producer = Producer.start("sardana", state)
    yield producer
    producer.close()


@pytest.fixture
def scan(sardana):
    """Begin a scan."""

    def begin():
        return sardana.begin(sardana.source("sardana", door="door/demo/1"))

    return begin


class TestHearing:
    @pytest.mark.parametrize("name", ["scans.h5", "./scans.h5", "s01/../scans.h5", "/data/raw/scans.h5"])
    def test_paths_are_compared_as_normalised_text(self, name):
        claims = Claims()
        claims.hear(PID, "ended", scan_files("/data/raw/", name))
        assert claims.owner(PurePosixPath("/data/raw/scans.h5")) == PID
        assert claims.owner(PurePosixPath("/data/raw/scans.txt")) is None

    def test_an_open_scan_may_still_name_what_lies_in_its_folder(self):
        claims = Claims()
        claims.hear(PID, "started", scan_files("/data/raw"))
        assert claims.may_yet_claim(PurePosixPath("/data/raw/s01/a.h5")) == PID
        assert claims.may_yet_claim(PurePosixPath("/data/rawest/a.h5")) is None
        claims.hear(PID, "ended", scan_files("/data/raw"))
        assert claims.may_yet_claim(PurePosixPath("/data/raw/s01/a.h5")) is None

    def test_a_late_started_opens_nothing(self):
        claims = Claims()
        claims.hear(PID, "ended", scan_files("/data/raw"))
        claims.hear(PID, "started", scan_files("/data/raw"))
        assert claims.open == {}


def test_a_file_that_a_scan_names_is_left_alone(fly, raw, write, captures, scan):
    scan().ended("completed", source_folder=str(raw), files=[{"path": "scans.h5"}])
    write(raw / "scans.h5")
    write(raw / "Ag_0001.txt")
    fly().settle()
    assert [message.name for message in captures()] == ["Ag_0001.txt"]


def test_also_by_a_scan_that_started_after_it_was_seen(fly, raw, write, captures, scan):
    scifly = fly()
    write(raw / "scans.h5")
    scifly.look()
    scan().started(source_folder=str(raw), files=[{"path": "scans.h5"}])
    scifly.settle()
    assert captures() == []


def test_a_settled_file_waits_for_an_open_scan_that_may_name_it(fly, raw, write, captures, scan):
    scifly = fly()
    running = scan()
    running.started(source_folder=str(raw))
    write(raw / "img_001.h5")
    write(raw / "Ag_0001.txt")
    scifly.settle()
    assert captures() == []
    running.ended("completed", files=[{"path": "img_001.h5", "role": "external"}])
    scifly.look(later_s=1)
    assert [message.name for message in captures()] == ["Ag_0001.txt"]


def test_it_does_not_wait_for_ever(fly, raw, write, captures, scan):
    scan().started(source_folder=str(raw))
    scifly = fly(scan_wait_s=600.0)
    write(raw / "Ag_0001.txt")
    scifly.settle()
    scifly.look(later_s=500)
    assert captures() == []
    scifly.look(later_s=100)
    assert len(captures()) == 1


def test_what_was_left_alone_stays_so_when_the_spool_is_gone(fly, raw, write, captures, scan, state):
    scan().ended("completed", source_folder=str(raw), files=[{"path": "scans.h5"}])
    write(raw / "scans.h5")
    fly().settle()
    for path in state.spools.glob("*"):
        path.unlink()
    write(raw / "scans.h5", "the next scan in the same file", at_s=100)
    fly().settle()
    assert captures() == []


def test_a_damaged_row_hides_no_other(fly, raw, write, captures, scan, sardana, state):
    import sqlite3
    from contextlib import closing

    scan().ended("completed", source_folder=str(raw), files=[{"path": "first.h5"}])
    scan().ended("completed", source_folder=str(raw), files=[{"path": "second.h5"}])
    with closing(sqlite3.connect(state.spools / f"{sardana.spool.uuid}.db")) as database, database:
        database.execute("UPDATE message SET body = x'787878' WHERE id = 1")
    write(raw / "second.h5")
    fly().settle()
    assert captures() == []
