"""What the forwarder does with the spools of a host while there is no Kafka at all."""

import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing, suppress
from pathlib import Path

import pytest

from scifish.closing.rules import Verdict
from scifish.errors import SettingsError
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.settings import ForwarderSettings
from scifish.messages import CaptureMessage, decode
from scifish.spool.layout import INSERT, create_database, row_of
from scifish.spool.rows import SpoolRows
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.status.captures import CaptureState, find_scan, get_capture, list_captures
from scifish.testing.capture_messages import new_identity, told
from tests.integration.scifish.without_kafka.killed_producer import killed_producer
from tests.waiting import wait_for

SCIFISH = """
import sys, pathlib, signal
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.settings import ForwarderSettings
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
folder = StateFolder(pathlib.Path(sys.argv[1]))
settings = ForwarderSettings("demo", None, "scifish@capture-1")
Forwarder(folder, Spool.open(folder, "scifish"), settings).start()
signal.pause()  # until the fault kills it
"""


def wait_status(folder: StateFolder, pid: str, status: str) -> CaptureState:
    def reached() -> CaptureState | None:
        found = get_capture(folder, pid)
        return found if found and found.status == status else None

    return wait_for(reached, 10, f"{pid} is {status}")


def bodies(folder: StateFolder, pid: str) -> list[CaptureMessage]:
    """Return the messages of a capture in all spools; empty ones may be removed meanwhile."""
    found = []
    for path in folder.spools.glob("*.db"):
        with suppress(sqlite3.OperationalError), closing(SpoolRows(path)) as rows:
            heads = [head for head in rows.heads_after(0, 1000).heads if head.pid == pid]
            found += [decode(rows.body(head.row)) for head in heads]
    return found


def test_the_open_capture_of_a_killed_process_is_closed_as_interrupted_with_its_start_values(folder, forward):
    identity = new_identity(door="door/demo/1")
    values = {"current": {"value": 250.0, "unit": "mA"}}
    killed_producer(
        folder, told(identity, "started", 1), told(identity, "started", 2, values_at_start=values)
    )
    forward()
    wait_status(folder, identity["pid"], "interrupted")
    (end,) = [message for message in bodies(folder, identity["pid"]) if message.phase == "ended"]
    assert (end.rank, end.author) == (1, "scifish@capture-1")
    assert end.values_at_start["current"].value == 250.0
    assert "last sign of life" in end.error


def test_a_capture_that_was_ended_before_the_kill_is_left_alone(folder, forward):
    identity = new_identity()
    other = new_identity()
    killed_producer(
        folder, told(identity, "started", 1), told(identity, "ended", 2), told(other, "started", 1)
    )
    forward()
    wait_status(folder, other["pid"], "interrupted")
    assert get_capture(folder, identity["pid"]).status == "completed"


def test_the_captures_of_a_living_process_stay_open(folder, forward):
    spool = Spool.open(folder, "sardana")
    alive, dead = told(new_identity()), told(new_identity())
    spool.commit(alive)
    killed_producer(folder, dead)
    forward()
    wait_status(folder, dead.pid, "interrupted")
    assert get_capture(folder, alive.pid).status == "running"
    spool.close()
    wait_status(folder, alive.pid, "interrupted")


@pytest.mark.parametrize("place", ["closing.before-commit", "closing.committed", "forwarder.before-note"])
def test_scifish_killed_while_it_closes_a_capture_closes_it_exactly_once(folder, forward, place):
    message = told(new_identity())
    killed_producer(folder, message)
    environment = {**os.environ, "SCIZOO_FAULT": f"{place}:kill"}
    command = [sys.executable, "-c", SCIFISH, str(folder.path)]
    assert subprocess.run(command, env=environment, check=False, timeout=120).returncode == -signal.SIGKILL
    forward()
    wait_status(folder, message.pid, "interrupted")
    forward()
    wait_status(folder, message.pid, "interrupted")
    assert sum(body.phase == "ended" for body in bodies(folder, message.pid)) == 1


def test_the_empty_spool_of_a_process_that_is_gone_is_removed_with_its_lock(folder, forward):
    spool = Spool.open(folder, "sardana")
    spool.close()
    forward()
    files = (folder.spools / f"{spool.uuid}.db", folder.producers / f"{spool.uuid}.lock")
    wait_for(lambda: not any(file.exists() for file in files), 10, "both files gone")


@pytest.mark.parametrize("step", [1, 2, 3])
def test_killed_while_it_removes_a_spool_the_remains_are_removed_next_time(folder, forward, step):
    spool = Spool.open(folder, "sardana")
    spool.close()
    environment = {**os.environ, "SCIZOO_FAULT": f"forwarder.removing-spool:{step}:kill"}
    command = [sys.executable, "-c", SCIFISH, str(folder.path)]
    assert subprocess.run(command, env=environment, check=False, timeout=120).returncode == -signal.SIGKILL
    forward()

    def remains() -> list[Path]:
        return [*folder.spools.glob(f"{spool.uuid}*"), *folder.producers.glob(f"{spool.uuid}*")]

    wait_for(lambda: not remains(), 10, "nothing remains")


def test_a_door_found_at_rest_closes_a_capture_unless_its_producer_did(folder, forward):
    spool = Spool.open(folder, "sardana")
    ended, lost = new_identity(), new_identity()
    spool.commit(told(ended, "started", 1))
    spool.commit(told(lost, "started", 1))
    forwarder, _ = forward()
    spool.commit(told(ended, "ended", 2))
    for identity in (ended, lost):
        forwarder.close_capture(identity["pid"], Verdict("failed", "detector cover closed"))
    assert wait_status(folder, lost["pid"], "failed").phase == "ended"
    assert get_capture(folder, ended["pid"]).status == "completed"
    spool.close()


def test_an_error_that_comes_again_at_once_is_logged_once(folder, forward, caplog):
    spool = Spool.open(folder, "sardana")
    lost = new_identity()
    spool.commit(told(lost, "started", 1))
    forwarder, _ = forward()
    wait_status(folder, lost["pid"], "running")
    for verdict in ("no verdict", "no verdict", Verdict("failed", "detector cover closed")):
        forwarder.close_capture(lost["pid"], verdict)
    wait_status(folder, lost["pid"], "failed")
    assert sum("goes on after an error" in record.message for record in caplog.records) == 1
    spool.close()


def test_a_second_forwarder_on_one_state_folder_is_refused(folder, forward):
    forward()
    spool = Spool.open(folder, "scifish")
    with pytest.raises(SettingsError, match="another SciFish forwards"):
        Forwarder(folder, spool, ForwarderSettings("demo", None, "scifish@capture-1"))
    spool.close()


def test_a_spool_of_a_later_layout_is_read_as_it_is(folder, forward):
    message = told(new_identity(), "ended")
    uuid = killed_producer(folder, message)
    with closing(sqlite3.connect(folder.spools / f"{uuid}.db")) as database:
        database.execute("ALTER TABLE message ADD COLUMN later TEXT NOT NULL DEFAULT 'x'")
        database.execute("PRAGMA user_version = 99")
        database.commit()
    forwarder, _ = forward()
    wait_for(lambda: forwarder.status.pending == 1, 10, "noted")


def test_damage_in_the_middle_of_a_spool_loses_what_is_damaged_and_names_it(folder, forward):
    messages = [
        told(new_identity(), "ended", title=f"scan {number}", description="x" * 3000) for number in range(60)
    ]
    uuid = killed_producer(folder, *messages)
    path = folder.spools / f"{uuid}.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        database.execute("PRAGMA journal_mode = DELETE").fetchall()
    content = bytearray(path.read_bytes())
    middle = (len(content) // 2) // 4096 * 4096
    content[middle : middle + 32768] = b"\xff" * 32768
    path.write_bytes(content)
    forwarder, _ = forward()
    wait_for(lambda: uuid in forwarder.status.damaged, 10, "the damage is named")
    wait_for(lambda: forwarder.status.pending >= 30, 10, "the other rows are noted")
    assert "damaged on the disk" in forwarder.status.damaged[uuid]


def test_a_start_that_the_disk_has_damaged_is_told_once_and_the_others_are_closed(folder, forward, caplog):
    lost, other = told(new_identity(), title="lost scan"), told(new_identity())
    uuid = killed_producer(folder, lost)
    with closing(sqlite3.connect(folder.spools / f"{uuid}.db")) as database, database:
        database.execute("UPDATE message SET body = CAST(replace(body, 'lost', 'lust') AS BLOB)")
    forwarder, _ = forward()
    wait_for(lambda: uuid in forwarder.status.damaged, 10, "the damage is named")
    killed_producer(folder, other)
    wait_status(folder, other.pid, "interrupted")
    killed_producer(folder, again := told(new_identity()))
    wait_status(folder, again.pid, "interrupted")
    assert sum("cannot be read" in record.message for record in caplog.records) == 1


def test_a_start_of_a_later_schema_is_told_once_and_kept(folder, forward, caplog):
    later = told(new_identity())
    uuid = killed_producer(folder, later)
    with closing(sqlite3.connect(folder.spools / f"{uuid}.db")) as database, database:
        body = later.to_bytes().replace(b"scizoo.capture/1", b"scizoo.capture/2")
        database.execute("UPDATE message SET body = ?, checksum = ?", (body, zlib.crc32(body)))
    forwarder, _ = forward()
    for _ in range(2):
        killed_producer(folder, other := told(new_identity()))
        wait_status(folder, other.pid, "interrupted")
    assert sum("cannot be read" in record.message for record in caplog.records) == 1
    assert not forwarder.status.damaged
    assert get_capture(folder, later.pid).status == "running"


def test_a_file_that_is_no_database_is_named_and_the_others_go_on(folder, forward):
    message = told(new_identity(), "ended")
    killed_producer(folder, message)
    (folder.spools / "nonsense.db").write_bytes(b"this is no database" * 500)
    forwarder, _ = forward()
    wait_for(lambda: "nonsense" in forwarder.status.damaged, 10, "named")
    wait_for(lambda: forwarder.status.pending == 1, 10, "the other is noted")


def test_what_could_not_be_read_for_a_moment_is_named_only_until_it_can(folder, forward):
    spool = Spool.open(folder, "sardana")
    forwarder, _ = forward()
    with closing(sqlite3.connect(folder.spools / f"{spool.uuid}.db", timeout=10)) as database:
        database.execute("ALTER TABLE message RENAME TO away")
        wait_for(lambda: spool.uuid in forwarder.status.damaged, 10, "named")
        database.execute("ALTER TABLE away RENAME TO message")
    spool.commit(told(new_identity()))
    wait_for(lambda: forwarder.status.pending == 1, 10, "noted")
    wait_for(lambda: not forwarder.status.damaged, 10, "named no more")
    spool.close()


def test_a_damaged_ledger_is_put_aside_and_made_anew(folder, forward):
    message = told(new_identity(), "ended")
    killed_producer(folder, message)
    folder.forwarder_db.write_bytes(b"this is no database" * 500)
    forwarder, _ = forward()
    wait_for(lambda: forwarder.status.pending == 1, 10, "noted again")
    assert list(folder.path.glob("forwarder-damaged-*.db"))


def test_captures_are_listed_newest_first_also_when_scifish_never_ran(folder):
    identities = [new_identity(start_ns=number) for number in range(5)]
    spool = Spool.open(folder, "sardana")
    for identity in identities:
        spool.commit(told(identity, title=f"scan {identity['start_ns']}"))
    found = list_captures(folder, 3)
    assert [capture.title for capture in found] == ["scan 4", "scan 3", "scan 2"]
    assert {capture.state for capture in found} == {"captured"}
    spool.close()


@pytest.mark.parametrize("forwarded", [False, True])
def test_a_capture_of_a_host_whose_clock_went_back_is_among_the_newest(folder, forward, forwarded):
    spool = Spool.open(folder, "sardana")
    for number in range(5):
        spool.commit(told(new_identity(start_ns=1000 + number), "ended", title=f"scan {number}"))
    spool.commit(told(new_identity(start_ns=1), "ended", title="a week back"))
    if forwarded:
        forwarder, _ = forward()
        wait_for(lambda: forwarder.status.pending == 6, 10, "all noted")
    assert [capture.title for capture in list_captures(folder, 3)] == ["scan 4", "scan 3", "a week back"]
    spool.close()


@pytest.mark.parametrize("forwarded", [False, True])
def test_a_scan_is_found_by_its_number_and_begin_however_many_are_newer(folder, forward, forwarded):
    second = 1_000_000_000
    spool = Spool.open(folder, "sardana")
    wanted = new_identity(start_ns=1000 * second, door="Door/demo/1")
    same_number = [new_identity(start_ns=begin * second, door="door/demo/1") for begin in (100, 1050)]
    elsewhere = new_identity(start_ns=1000 * second, door="door/demo/2")
    for identity in (wanted, *same_number, elsewhere):
        spool.commit(told(identity, "ended", 1, scan_id="42"))
    spool.commit(told(wanted, "amended", 2, part={"name": "files", "index": 1, "of": 1}))
    for number in range(60):
        spool.commit(told(new_identity(start_ns=(2000 + number) * second, door="door/demo/2"), scan_id="43"))
    if forwarded:
        forwarder, _ = forward()
        wait_for(lambda: forwarder.status.pending == 65, 10, "all noted")
    begin = 1001 * second
    found = find_scan(folder, "42", begin, "door/DEMO/1")
    assert found and (found.pid, found.phase) == (wanted["pid"], "ended")
    assert find_scan(folder, "44", begin, "door/demo/1") is None
    assert find_scan(folder, "42", 5000 * second) is None
    assert [capture.start_ns // second for capture in list_captures(folder, 3, "Door/demo/1")] == [
        1050,
        1000,
        100,
    ]
    spool.close()


def test_a_days_outage_of_twenty_thousand_messages_is_noted_in_seconds(folder, forward):
    folder.prepare()
    message = told(new_identity(), "ended")
    row = list(row_of(message, message.to_bytes(), 0.0))
    with closing(create_database(folder.spools / "0.db", {})) as database:
        database.execute("BEGIN")
        for number in range(20_000):
            database.execute(INSERT, [number + 1, f"20.500.12345/{number}", *row[1:]])
        database.execute("COMMIT")
    forwarder, _ = forward()
    wait_for(lambda: forwarder.status.pending == 20_000, 15, "all noted")
