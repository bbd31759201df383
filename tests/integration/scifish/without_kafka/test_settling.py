"""SciFish tells the end of files whose own producer does not tell it any more."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import h5py

from scifish.closing.rules import Verdict
from scifish.ledger.ledger import Ledger
from scifish.ledger.spool_watch import SpoolWatch
from scifish.message_parts import DataFile
from scifish.messages import CaptureMessage, decode
from scifish.settling.completion import Completion
from scifish.settling.settler import Settler
from scifish.spool.rows import SpoolRows
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told
from tests.integration.scifish.without_kafka.killed_producer import killed_producer
from tests.waiting import wait_for


def scan(data: Path, phase: str, identity: dict[str, Any], *files: DataFile, **fields: Any) -> CaptureMessage:
    return told(identity, phase, source_folder=str(data), files=list(files), **fields)


def amendments(folder: StateFolder, pid: str) -> list[CaptureMessage]:
    found = []
    for path in folder.spools.glob("*.db"):
        with closing(SpoolRows(path)) as rows:
            heads = rows.heads_after(0, 1000).heads
            found += [decode(rows.body(head.row)) for head in heads if head.part.startswith("completion:")]
    return [message for message in found if message.pid == pid]


def settled(folder: StateFolder, pid: str) -> CaptureMessage:
    return wait_for(lambda: amendments(folder, pid), 15, f"{pid} is settled")[0]


def shared_file(data: Path, *ended: str) -> Path:
    path = data / "scans.h5"
    with h5py.File(path, "w") as file:
        for entry in ("entry1", "entry2"):
            file.create_group(entry)
        for entry in ended:
            file[entry]["end_time"] = "now"
    return path


def test_the_file_of_a_killed_scan_is_told_as_it_stands_at_once(folder, forward, tmp_path):
    path, identity = shared_file(tmp_path), new_identity(door="door/demo/1")
    killed_producer(folder, scan(tmp_path, "started", identity, DataFile(path="scans.h5", entry="entry1")))
    forward()

    message = settled(folder, identity["pid"])

    assert (message.author, message.rank, message.part.name) == ("scifish@capture-1", 1, "completion")
    assert message.source_folder == str(tmp_path)
    (file,) = message.files
    assert (file.path, file.entry, file.complete) == ("scans.h5", "entry1", False)
    assert file.size == path.stat().st_size


def test_a_process_killed_between_the_end_and_the_sizes_is_finished_for_it(folder, forward, tmp_path):
    shared_file(tmp_path, "entry2")
    (tmp_path / "img_1.tiff").write_bytes(b"x" * 10)
    identity = new_identity(door="door/demo/1")
    image = DataFile(path="img_1.tiff", role="external")
    killed_producer(
        folder, scan(tmp_path, "ended", identity, DataFile(path="scans.h5", entry="entry2"), image)
    )
    forward()

    files = {file.path: file for file in settled(folder, identity["pid"]).files}

    assert (files["scans.h5"].complete, files["img_1.tiff"].complete) == (True, True)
    assert (files["img_1.tiff"].size, files["img_1.tiff"].role) == (10, "external")


def test_files_in_later_parts_are_told_too(folder, forward, tmp_path):
    identity = new_identity(door="door/demo/1")
    for name in ("a.tiff", "b.tiff"):
        (tmp_path / name).touch()
    part = {"name": "files", "index": 1, "of": 1}
    killed_producer(
        folder,
        scan(tmp_path, "ended", identity, DataFile(path="a.tiff"), parts_expected=1),
        scan(tmp_path, "amended", identity, DataFile(path="b.tiff"), revision=2, part=part),
    )
    forward()

    assert {file.path for file in settled(folder, identity["pid"]).files} == {"a.tiff", "b.tiff"}


class FailingDisk(SpoolWatch):
    """A storage that does not give rows for a while."""

    fails = True

    def body(self, spool: str, row: int) -> bytes | None:
        if self.fails:
            raise sqlite3.OperationalError("disk I/O error")
        return super().body(spool, row)


def test_a_spool_that_cannot_be_read_for_a_while_is_settled_afterwards(folder, tmp_path, caplog):
    (tmp_path / "a.tiff").touch()
    identity = new_identity(door="door/demo/1")
    killed_producer(folder, scan(tmp_path, "ended", identity, DataFile(path="a.tiff")))
    with closing(Spool.open(folder, "scifish")) as own, closing(Ledger(folder.forwarder_db)) as ledger:
        watch = FailingDisk(folder, ledger)
        watch.look_for_spools()
        wait_for(watch.note_new_rows, 10, "every row noted")
        settler = Settler(
            ledger, watch, own.commit, own=own.uuid, author="scifish@capture-1", completion=Completion(60)
        )
        settler.settle()
        settler.settle()
        assert amendments(folder, identity["pid"]) == []
        assert (
            caplog.messages.count(f"spool {next(iter(watch.dead()))} cannot be read now: disk I/O error") == 1
        )

        watch.fails = False
        settler.settle()

        assert [file.path for file in settled(folder, identity["pid"]).files] == ["a.tiff"]
        watch.close()


def test_a_file_that_never_came_is_told_as_given_up(folder, forward, tmp_path):
    identity = new_identity(door="door/demo/1")
    killed_producer(folder, scan(tmp_path, "started", identity, DataFile(path="scans.h5")))
    forward()

    (file,) = settled(folder, identity["pid"]).files
    assert (file.size, file.complete) == (None, False)


def test_the_file_of_a_macro_that_is_over_is_told_at_once_while_its_process_lives(folder, forward, tmp_path):
    shared_file(tmp_path)
    identity = new_identity(door="door/demo/1")
    with closing(Spool.open(folder, "sardana")) as living:
        living.commit(scan(tmp_path, "started", identity, DataFile(path="scans.h5", entry="entry1")))
        forwarder, _ = forward()
        forwarder.close_capture(identity["pid"], Verdict("failed", "the macro failed"))

        (file,) = settled(folder, identity["pid"]).files
        assert file.complete is False


def test_the_file_of_a_clients_program_gets_the_whole_wait(folder, forward, tmp_path):
    path, client, other = shared_file(tmp_path), new_identity(), new_identity(door="door/demo/1")
    shared = DataFile(path="scans.h5", entry="entry1")
    _, own = forward()
    own.commit(scan(tmp_path, "ended", client, shared, author="scifish@capture-1"))
    killed_producer(folder, scan(tmp_path, "started", other, DataFile(path="scans.h5", entry="entry2")))
    settled(folder, other["pid"])
    assert amendments(folder, client["pid"]) == []

    with h5py.File(path, "a") as file:
        file["entry1/end_time"] = "now"

    assert settled(folder, client["pid"]).files[0].complete is True


def test_what_a_producer_has_told_itself_is_left_alone(folder, forward, tmp_path):
    (tmp_path / "a.tiff").touch()
    done, open_ = new_identity(door="door/demo/1"), new_identity(door="door/demo/1")
    part = {"name": "completion", "index": 1, "of": 1}
    file = DataFile(path="a.tiff", complete=True)
    killed_producer(
        folder,
        scan(tmp_path, "ended", done, DataFile(path="a.tiff")),
        scan(tmp_path, "amended", done, file, revision=2, part=part),
        scan(tmp_path, "ended", open_, DataFile(path="a.tiff")),
    )
    forward()

    settled(folder, open_["pid"])
    assert [message.author for message in amendments(folder, done["pid"])] == ["sardana@capture-1"]


def test_it_is_told_once_also_over_a_restart(folder, forward, tmp_path):
    (tmp_path / "a.tiff").touch()
    first, second = new_identity(door="door/demo/1"), new_identity(door="door/demo/1")
    killed_producer(folder, scan(tmp_path, "started", first, DataFile(path="a.tiff")))
    forward()
    settled(folder, first["pid"])

    killed_producer(folder, scan(tmp_path, "started", second, DataFile(path="a.tiff")))
    forward()

    settled(folder, second["pid"])
    assert len(amendments(folder, first["pid"])) == 1


def test_what_was_waited_for_before_a_restart_is_settled_after_it(folder, forward, tmp_path):
    identity = new_identity()
    forwarder, own = forward()
    late = DataFile(path="late.h5", entry="entry1")
    own.commit(scan(tmp_path, "ended", identity, late, author="scifish@capture-1"))
    wait_for(lambda: forwarder.status.captures.get("captured"), 10, "noted")

    forward(file_wait_s=0.1)

    assert settled(folder, identity["pid"]).files[0].complete is False


def test_files_of_a_clients_capture_are_settled(folder, forward, tmp_path):
    (tmp_path / "spectrum.xy").write_bytes(b"1 2\n")
    identity = new_identity()
    _, own = forward()
    own.commit(scan(tmp_path, "ended", identity, DataFile(path="spectrum.xy"), author="scifish@capture-1"))

    (file,) = settled(folder, identity["pid"]).files
    assert (file.size, file.complete) == (4, True)
