"""The spool: what is committed is on the disk, whatever dies next."""

import contextlib
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scifish.errors import SettingsError, SpoolError
from scifish.messages import MAX_BYTES, decode
from scifish.spool.layout import LAYOUT, connect_writer
from scifish.spool.producer_lock import take_over
from scifish.spool.rows import SpoolRows, UnreadableRowError
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told

KILLED_PRODUCER = """
import sys, os, pathlib
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told
spool = Spool.open(StateFolder(pathlib.Path(sys.argv[1])), "sardana")
print(spool.uuid, flush=True)
for revision in range(1, 1000):
    spool.commit(told(new_identity(), revision=revision))
    print(revision, flush=True)
"""


@pytest.fixture
def folder(state_folder: Path) -> StateFolder:
    return StateFolder(state_folder)


@pytest.fixture
def spool(folder: StateFolder):
    spool = Spool.open(folder, "sardana")
    yield spool
    spool.close()


def rows_of(folder: StateFolder, uuid: str) -> SpoolRows:
    return SpoolRows(folder.spools / f"{uuid}.db")


def test_a_committed_message_can_be_read_back_by_others_as_it_was(folder, spool):
    message = told(new_identity(door="door/demo/1"), title="ascan mot01 0 1 10 0.1")
    spool.commit(message)
    rows = rows_of(folder, spool.uuid)
    (head,) = rows.heads_after(0, 10).heads
    assert (head.pid, head.phase, head.rank, head.revision) == (message.pid, "started", 0, 1)
    assert decode(rows.body(head.row)) == message


def test_several_messages_are_kept_together_and_in_order(folder, spool):
    identity = new_identity()
    spool.commit(
        told(identity, "ended", 1), told(identity, "amended", 2, part={"name": "files", "index": 1, "of": 1})
    )
    heads = rows_of(folder, spool.uuid).heads_after(0, 10).heads
    assert [(head.phase, head.part) for head in heads] == [("ended", ""), ("amended", "files:1/1")]


def test_a_message_too_large_for_kafka_is_reduced_when_it_is_committed(folder, spool):
    spool.commit(told(new_identity(), parameters=["x" * 1000] * 1000))
    body = rows_of(folder, spool.uuid).body(1)
    assert len(body) <= MAX_BYTES
    assert "the message was too large" in decode(body).failures[-1].reason


def test_a_row_whose_bytes_have_changed_is_refused(folder, spool):
    spool.commit(told(new_identity(), title="ascan"))
    with contextlib.closing(sqlite3.connect(folder.spools / f"{spool.uuid}.db")) as database, database:
        database.execute("UPDATE message SET body = CAST(replace(body, 'ascan', 'dscan') AS BLOB)")
    with pytest.raises(UnreadableRowError, match="differ from their checksum"):
        rows_of(folder, spool.uuid).body(1)


def test_the_database_says_its_layout_and_is_shared_with_the_group(folder, spool):
    path = folder.spools / f"{spool.uuid}.db"
    spool.commit(told(new_identity()))
    (layout,) = sqlite3.connect(path).execute("PRAGMA user_version").fetchone()
    assert layout == LAYOUT
    for file in (path, path.with_name(path.name + "-wal"), folder.producers / f"{spool.uuid}.lock"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o660, file


def test_its_writer_survives_a_loss_of_power(folder, spool):
    with contextlib.closing(connect_writer(folder.spools / f"{spool.uuid}.db")) as database:
        assert database.execute("PRAGMA synchronous").fetchone() == (2,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_commits_from_many_threads_are_all_kept(folder, spool):
    threads = [threading.Thread(target=spool.commit, args=(told(new_identity()),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows_of(folder, spool.uuid).count() == 20


def test_after_kill_9_in_mid_work_every_confirmed_message_is_there_and_the_lock_is_free(folder):
    command = [sys.executable, "-c", KILLED_PRODUCER, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        uuid = process.stdout.readline().strip()
        lock_file = folder.producers / f"{uuid}.lock"
        confirmed = [process.stdout.readline() for _ in range(50)]
        assert take_over(lock_file) is None, "its owner lives"
        process.send_signal(signal.SIGKILL)
        confirmed += process.stdout.readlines()
    assert rows_of(folder, uuid).count() >= int(confirmed[-1])
    lock = take_over(lock_file)
    assert lock is not None, "its owner is gone"
    lock.release()


@pytest.mark.parametrize(("place", "kept"), [("spool.before-commit:2", 1), ("spool.committed:2", 2)])
def test_killed_around_a_commit_exactly_what_was_committed_is_there(folder, place, kept):
    command = [sys.executable, "-c", KILLED_PRODUCER, str(folder.path)]
    fault = {**os.environ, "SCIZOO_FAULT": f"{place}:kill"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=fault, check=False)
    uuid, *confirmed = done.stdout.split()
    assert done.returncode == -signal.SIGKILL
    assert rows_of(folder, uuid).count() == kept
    assert confirmed == ["1"]


def test_every_file_is_shared_with_the_group_whatever_the_umask_says(folder):
    before = os.umask(0o077)
    try:
        spool = Spool.open(folder, "sardana")
        spool.commit(told(new_identity()))
    finally:
        os.umask(before)
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    assert len(files) == 5, "database, its two helpers, lock, reserve"
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o660}
    spool.close()


def test_a_forked_child_is_told_at_once_that_it_cannot_commit(folder, spool):
    child = os.fork()
    if child == 0:
        try:
            spool.commit(told(new_identity()))
        except SpoolError as error:
            os._exit(7 if "forked child" in str(error) else 1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7


def test_a_process_never_drops_its_own_lock_by_looking_at_it(folder, spool):
    lock_file = folder.producers / f"{spool.uuid}.lock"
    assert take_over(lock_file) is None
    probe = (
        "import sys, pathlib; from scifish.spool.producer_lock import take_over;"
        "sys.exit(take_over(pathlib.Path(sys.argv[1])) is not None)"
    )
    assert subprocess.run([sys.executable, "-c", probe, str(lock_file)], check=False).returncode == 0


def test_after_close_nothing_can_be_committed_and_the_lock_is_free(folder):
    spool = Spool.open(folder, "sardana")
    spool.close()
    with pytest.raises(SpoolError, match="closed"):
        spool.commit(told(new_identity()))
    lock = take_over(folder.producers / f"{spool.uuid}.lock")
    assert lock is not None
    lock.release()


def test_without_a_state_folder_the_error_says_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="does not exist: make it"):
        Spool.open(StateFolder(tmp_path / "missing"), "sardana")


def test_a_commit_that_waits_for_nothing_is_kept_in_order_and_before_the_spool_closes(folder):
    spool, identity = Spool.open(folder, "sardana"), new_identity()
    spool.commit(told(identity, "started", 1))
    spool.commit_soon(told(identity, "started", 2))
    spool.commit(told(identity, "ended", 3))
    spool.commit_soon(told(identity, "ended", 4))
    spool.close()
    heads = rows_of(folder, spool.uuid).heads_after(0, 10).heads
    assert [head.revision for head in heads] == [1, 2, 3, 4]
    with pytest.raises(SpoolError, match="closed"):
        spool.commit_soon(told(identity, "ended", 5))


def test_a_disk_that_takes_no_more_is_a_spool_error_at_once_and_later_commits_work(folder, spool):
    spool.commit(told(new_identity()))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        with pytest.raises(SpoolError, match="free space now"):
            spool.commit(told(new_identity(), description="x" * 200_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert "could not be kept" in str(spool.trouble)
    spool.commit(told(new_identity()))
    assert rows_of(folder, spool.uuid).count() == 2
