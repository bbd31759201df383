import threading

import h5py
import pytest

from scifish.errors import SpoolClosedError, SpoolError
from scifish.messages import MAX_BYTES
from scifish.scan_file import ScanFile
from scifish.settling.completion import Completion
from scifish.settling.entry_end import entry_has_ended
from scifish.settling.file_watch import SETTLE_S, FileWatch, Stat
from scifish.spool.size_limit import fit
from scifish.testing.capture_messages import new_identity, told
from tests.waiting import wait_for


def never(*_):
    return False


def test_a_file_with_an_entry_is_complete_when_the_entry_is():
    watch = FileWatch(ScanFile("/data/s.h5", "entry1"))
    watch.look(0, Stat(100, 1), never)
    watch.look(99, Stat(100, 1), never)
    assert watch.told("/data").complete is False
    watch.look(
        100,
        Stat(120, 1_800_000_000_000_000_000),
        lambda path, entry: (path, entry) == ("/data/s.h5", "entry1"),
    )

    told = watch.told("/data")
    assert (told.path, told.entry, told.size, told.complete) == ("s.h5", "entry1", 120, True)
    assert told.time.year == 2027


def test_a_file_without_an_entry_is_complete_when_it_has_settled():
    watch = FileWatch(ScanFile("/data/img.tiff", role="external"))
    watch.look(0, Stat(10, 1), never)
    watch.look(SETTLE_S, Stat(20, 1), never)
    assert not watch.complete
    watch.look(2 * SETTLE_S, Stat(20, 1), never)
    assert watch.complete


def test_a_file_that_never_comes_is_told_as_given_up():
    watch = FileWatch(ScanFile("/data/gone.h5", "entry1"))
    watch.look(0, None, lambda *_: True)
    told = watch.told(None)
    assert (told.size, told.complete) == (None, False)


class Capture:
    def __init__(self, error=None):
        self.error, self.parts, self.told = error, [], threading.Event()

    def amended(self, name, index=1, of=1, **fields):
        self.parts.append((name, index, of, fields))
        if index == of:
            self.told.set()
        if self.error:
            raise self.error


def entry(path, ended):
    with h5py.File(path, "a") as file:
        group = file.require_group("entry1")
        if ended:
            group["end_time"] = "now"


def test_the_end_of_an_entry_is_told_with_its_size(tmp_path):
    path = tmp_path / "s.h5"
    entry(path, ended=False)
    capture = Capture()
    Completion(10).follow(capture, str(tmp_path), [ScanFile(str(path), "entry1")])
    assert not capture.told.wait(0.1)

    entry(path, ended=True)

    assert capture.told.wait(30)
    ((name, index, of, fields),) = capture.parts
    assert (name, index, of, fields["source_folder"]) == ("completion", 1, 1, str(tmp_path))
    assert (fields["files"][0].size, fields["files"][0].complete) == (path.stat().st_size, True)


def test_after_the_limit_the_file_is_told_as_it_stands(tmp_path):
    path = tmp_path / "s.h5"
    entry(path, ended=False)
    capture = Capture()
    Completion(0.05).follow(capture, str(tmp_path), [ScanFile(str(path), "entry1")])
    assert capture.told.wait(30)
    assert capture.parts[0][3]["files"][0].complete is False


def test_each_capture_may_have_a_limit_of_its_own(tmp_path):
    capture = Capture()
    never = ScanFile(str(tmp_path / "never.h5"), "entry1")
    Completion(3600).follow(capture, str(tmp_path), [never], limit_s=0.05)
    assert capture.told.wait(30)


def test_one_scan_that_waits_does_not_hold_the_next_and_an_error_ends_nothing(tmp_path):
    completion = Completion(60, tell_again_s=0.02)
    slow, broken, quick = Capture(), Capture(SpoolError("disk full")), Capture()
    path = tmp_path / "s.h5"
    entry(path, ended=True)
    completion.follow(slow, None, [ScanFile(str(tmp_path / "never.h5"), "entry1")])
    completion.follow(broken, None, [ScanFile(str(path), "entry1")])
    completion.follow(quick, None, [ScanFile(str(path), "entry1")])
    assert broken.told.wait(30) and quick.told.wait(30)
    assert not slow.told.is_set()
    broken.error = None


def test_what_the_disk_does_not_take_is_told_again(tmp_path):
    path = tmp_path / "s.h5"
    entry(path, ended=True)
    capture = Capture(SpoolError("disk full"))
    Completion(60, tell_again_s=0.02).follow(capture, None, [ScanFile(str(path), "entry1")])
    assert capture.told.wait(30)
    capture.error = None
    before = len(capture.parts)
    wait_for(lambda: len(capture.parts) > before, 5, "told again")

    (_, _, _, fields) = capture.parts[-1]
    assert fields["files"][0].complete is True


def test_a_closed_spool_is_not_asked_again(tmp_path):
    completion = Completion(limit_s=0, tell_again_s=0.01)
    closing, next_one = Capture(SpoolClosedError("spool a is closed")), Capture()
    completion.follow(closing, str(tmp_path), [ScanFile(str(tmp_path / "a.h5"))])
    assert closing.told.wait(30)
    completion.follow(next_one, str(tmp_path), [ScanFile(str(tmp_path / "b.h5"))])
    assert next_one.told.wait(30)
    assert len(closing.parts) == 1


def test_an_entry_whose_writer_is_gone_is_told_as_it_stands_at_once(tmp_path):
    path = tmp_path / "s.h5"
    entry(path, ended=False)
    capture = Capture()
    Completion(60).follow(capture, None, [ScanFile(str(path), "entry1")], writer_gone=True)
    assert capture.told.wait(30)
    assert capture.parts[0][3]["files"][0].complete is False


def test_more_than_a_thousand_files_are_told_in_parts(tmp_path):
    capture = Capture()
    files = [ScanFile(str(tmp_path / f"{number}.tiff"), role="external") for number in range(2001)]
    Completion(0).follow(capture, str(tmp_path), files)
    assert capture.told.wait(30)
    assert [(index, of, len(fields["files"])) for _, index, of, fields in capture.parts] == [
        (1, 3, 1000), (2, 3, 1000), (3, 3, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("ended", [True, False])
def test_looking_shares_a_file_that_this_process_writes(tmp_path, ended):
    path = tmp_path / "s.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("entry1")
        if ended:
            group["end_time"] = "now"
        file.flush()
        assert entry_has_ended(str(path), "entry1") is ended


def test_what_cannot_be_read_has_not_ended(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    assert not entry_has_ended(str(tmp_path / "text.h5"), "entry1")
    assert not entry_has_ended(str(tmp_path / "missing.h5"), "entry1")


def test_looking_never_keeps_this_process_from_opening_the_file(tmp_path):
    """The writer would fail with "file is already open for read-only"."""
    path = tmp_path / "s.h5"
    entry(path, ended=False)
    done, answers = threading.Event(), []

    def look():
        while not done.is_set():
            answers.append(entry_has_ended(str(path), "entry1"))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        opened = [_can_be_written(path) for _ in range(300)]
    finally:
        done.set()
        looker.join()
    assert all(opened)
    assert answers and not any(answers)


def _can_be_written(path):
    with h5py.File(path, "a") as file:
        return file.mode == "r+"


def test_parts_of_files_with_long_paths_fit_a_message(tmp_path):
    capture = Capture()
    folder = "/data/" + "x" * 3000
    files = [ScanFile(f"/elsewhere/{'y' * 3000}/{number}.tiff", role="external") for number in range(1000)]
    Completion(0).follow(capture, folder, files)
    assert capture.told.wait(30)
    identity = new_identity()
    for _, index, of, fields in capture.parts:
        part = {"name": "completion", "index": index, "of": of}
        message = told(identity, "amended", index, part=part, **fields)
        assert fit(message, MAX_BYTES) == message.to_bytes(), "nothing had to be left out"
    assert sum(len(fields["files"]) for *_, fields in capture.parts) == 1000
