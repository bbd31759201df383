"""What a scan names is the scan's: before, while and after SciFly has seen it."""

from pathlib import PurePosixPath

import pytest

from scifish.host.scan_files import NamedFiles, RecentScans, ScanFiles
from scifish.host.scans_elsewhere import LAG_S, HostScans
from scifish.message_parts import DataFile
from scifish.producer import Producer
from scifly.claims import Claims

PID = "20.500.12345/one"


def scan_files(folder, *names):
    return NamedFiles(source_folder=str(folder), files=[DataFile(path=name) for name in names])


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


class Elsewhere:
    """Another capture host of the beamline, whose SciFish says what the test says."""

    def __init__(self):
        self.told = HostScans("demo/ctl/scifish-02", trouble="not running")

    def tell(self, *scans, at_s=1e9):
        self.told = HostScans(self.told.device, scans, at_s)

    def hosts(self):
        return [self.told]

    def close(self):
        pass


def test_what_a_scan_of_another_host_names_is_left_alone(fly, raw, write, captures):
    elsewhere = Elsewhere()
    elsewhere.tell(ScanFiles(pid=PID, source_folder=str(raw), files=["scans.h5"]))
    write(raw / "scans.h5")
    write(raw / "Ag_0001.txt")
    fly(elsewhere=elsewhere).settle()
    assert [message.name for message in captures()] == ["Ag_0001.txt"]


def test_an_open_scan_of_another_host_is_waited_for_until_it_is_told_no_more(fly, raw, write, captures):
    elsewhere = Elsewhere()
    elsewhere.tell(ScanFiles(pid=PID, source_folder=str(raw), open=True))
    scifly = fly(elsewhere=elsewhere)
    write(raw / "Ag_0001.txt")
    scifly.settle()
    assert captures() == []
    elsewhere.tell()
    scifly.look(later_s=1)
    assert [message.name for message in captures()] == ["Ag_0001.txt"]


def test_a_host_that_does_not_answer_is_waited_for_but_not_for_ever(fly, raw, write, captures):
    elsewhere = Elsewhere()
    scifly = fly(elsewhere=elsewhere, scan_wait_s=600.0)
    write(raw / "Ag_0001.txt")
    scifly.settle()
    scifly.look(later_s=500)
    assert captures() == []
    scifly.look(later_s=100)
    assert len(captures()) == 1


def test_an_answer_from_before_the_file_came_to_rest_is_not_enough(fly, raw, write, captures):
    elsewhere = Elsewhere()
    scifly = fly(elsewhere=elsewhere)
    elsewhere.tell(at_s=scifly.now_s + LAG_S - 0.1)
    write(raw / "Ag_0001.txt")
    scifly.settle()
    assert captures() == []
    elsewhere.tell(at_s=scifly.now_s + LAG_S)
    scifly.look(later_s=1)
    assert len(captures()) == 1


class TestRecentScans:
    def test_a_scan_is_told_with_its_files_until_and_after_its_end(self):
        scans = RecentScans()
        scans.hear(PID, "started", scan_files("/data/raw", "scans.h5"))
        assert [ScanFiles.model_validate_json(told) for told in scans.elements()] == [
            ScanFiles(pid=PID, source_folder="/data/raw", files=["scans.h5"], open=True)
        ]
        scans.hear(PID, "ended", scan_files("/data/raw", "scans.h5", "img_\u00e9.h5"))
        scans.hear(PID, "started", scan_files("/data/raw"))
        (told,) = scans.elements()
        assert told.isascii()
        assert ScanFiles.model_validate_json(told).files == ["scans.h5", "img_\u00e9.h5"]
        assert not ScanFiles.model_validate_json(told).open

    def test_the_oldest_are_forgotten_but_never_an_open_one(self):
        scans = RecentScans()
        scans.hear("open", "started", scan_files("/data/raw"))
        for number in range(1100):
            scans.hear(str(number), "ended", scan_files("/data/raw", f"{number}.h5"))
        told = [ScanFiles.model_validate_json(element).pid for element in scans.elements()]
        assert (told[0], told[-1], len(told)) == ("1099", "open", 1001)
