"""A hung, frozen, dead or unknown device costs the deadline at most, and only its own values."""

import os
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest
from tango import DevFailed

from scifish.attributes.workers import LARGEST
from tests.waiting import wait_for

DEADLINE_S = 1.0
SLACK_S = 2.0
"""For a machine that other work shares: one frozen device after the other would take 6 s.

The benchmark has the tight limit.
"""


def reasons(snapshot):
    return {f"{failure.device}/{failure.attribute}": failure.reason for failure in snapshot.failures}


@pytest.fixture
def timed_read(reader):
    def read(selection, timeout_s=DEADLINE_S):
        began = time.monotonic()
        reading = reader.begin(selection)
        assert time.monotonic() - began < 1.0, "a call to a device that does not answer takes 3 s"
        complete = reading.wait(timeout_s)
        return reading, complete, time.monotonic() - began

    return read


@pytest.fixture
def patient(reader):
    """Let no call end before a device has answered that answers late."""
    reader.call_limit_s = 20


@pytest.fixture
def healthy(everything):
    return f"{everything.address}/with_unit"


@pytest.fixture
def warm(reader):
    """Read everything of a selection once, so that proxies and units are there."""

    def warm_(selection):
        reading = reader.begin(selection)
        assert reading.wait(30.0)
        assert reading.result().failures == []

    return warm_


def answers_again(reader, selection):
    def complete():
        reading = reader.begin(selection)
        return reading.wait(DEADLINE_S) and not reading.result().failures

    return complete


def test_a_hung_device_costs_the_deadline_once(victim, reader, timed_read, warm, selecting, healthy):
    server = victim()
    selection = selecting(healthy, f"{server.address}/slow")
    warm(selection)
    server.write("pause_s", 15.0)

    reading, complete, took_s = timed_read(selection)
    assert not complete
    assert DEADLINE_S <= took_s < DEADLINE_S + SLACK_S
    assert set(reading.result().values) == {healthy}
    assert reasons(reading.result()) == {f"{server.address}/slow": "no answer within 1 s"}

    again, complete, took_s = timed_read(selection)
    assert complete
    assert took_s < DEADLINE_S + SLACK_S
    assert set(again.result().values) == {healthy}
    assert "not waited for: has not answered for" in reasons(again.result())[f"{server.address}/slow"]


def test_a_device_that_answers_in_the_background_is_waited_for_again(
    victim, reader, timed_read, warm, selecting
):
    server = victim()
    selection = selecting(f"{server.address}/slow")
    warm(selection)
    server.write("pause_s", 4.0)
    timed_read(selection)
    wait_for(lambda: reader.silent == {server.address}, 3.0, "it is known as silent")
    # the write waits behind the pending read, as every client of a hung device does
    wait_for(lambda: try_write(server, "pause_s", 0.0), 15.0, "the device takes a write")
    wait_for(lambda: not reader.silent, 20.0, "the device has answered unasked")
    _, complete, _ = timed_read(selection, 30.0)
    assert complete


def try_write(server, attribute, value):
    try:
        server.write(attribute, value)
    except DevFailed:
        return False
    return True


def test_a_value_after_its_phase_is_late_and_the_others_are_not(
    victim, patient, timed_read, warm, selecting, healthy
):
    server = victim()
    slow = f"{server.address}/slow"
    selection = selecting(healthy, slow)
    warm(selection)
    server.write("pause_s", 2.5)
    reading, complete, _ = timed_read(selection)
    assert not complete
    wait_for(lambda: not reading.result().failures, 5.0, "the slow value came")
    values = reading.result().values
    assert (values[slow].late, values[healthy].late) == (True, None)


def test_a_frozen_server_delays_nobody(victim, reader, timed_read, warm, selecting, healthy):
    server = victim(devices=20)
    sources = [f"{device.name}/with_unit" for device in server.devices]
    selection = selecting(*sources, healthy)
    warm(selection)
    server.freeze()
    reading, complete, took_s = timed_read(selection)
    assert not complete
    assert DEADLINE_S <= took_s < DEADLINE_S + SLACK_S
    assert set(reading.result().values) == {healthy}
    assert set(reasons(reading.result())) == set(sources)
    assert set(reasons(reading.result()).values()) == {"no answer within 1 s"}

    again, complete, took_s = timed_read(selection)
    assert complete, "it is not waited for"
    assert took_s < DEADLINE_S + SLACK_S
    assert set(again.result().values) == {healthy}

    server.thaw()
    wait_for(answers_again(reader, selection), 30.0, "every device answers again")


def test_a_server_frozen_before_we_know_it_delays_nobody(
    victim, reader, timed_read, warm, selecting, healthy, threads_before
):
    server = victim(devices=20)
    warm(selecting(healthy))
    server.freeze()
    selection = selecting(*[f"{device.name}/with_unit" for device in server.devices], healthy)
    reader.prepare(selection)
    reading, _, took_s = timed_read(selection)
    assert took_s < DEADLINE_S + SLACK_S
    assert set(reading.result().values) == {healthy}
    assert threads_of_reader(threads_before) <= 4 + 4 + 8 + 2


def test_threads_stay_bounded_however_much_is_frozen(victim, reader, selecting, timed_read, threads_before):
    servers = [victim(devices=12) for _ in range(3)]
    for server in servers:
        server.freeze()
    names = [device.name for server in servers for device in server.devices]
    selection = selecting(*[f"{name}/with_unit" for name in names])
    for _ in range(20):
        timed_read(selection, 0.02)
    assert threads_of_reader(threads_before) <= LARGEST + 2


def test_a_reading_that_nobody_holds_is_forgotten_though_its_device_never_answers(
    victim, reader, selecting, timed_read
):
    server = victim()
    server.freeze()
    readings = [weakref.ref(timed_read(selecting(f"{server.address}/with_unit"), 0.01)[0]) for _ in range(20)]
    wait_for(lambda: [ref() for ref in readings].count(None) >= 19, 5.0, "all but the one under way")


@pytest.fixture(autouse=True)
def threads_before() -> set[threading.Thread]:
    """The threads of earlier tests, some of which are still stuck in a device that never answers."""
    return set(threading.enumerate())


def threads_of_reader(before):
    mine = set(threading.enumerate()) - before
    return sum(thread.name.startswith("scifish-") for thread in mine)


def test_a_dead_device_says_so_and_costs_nothing(victim, timed_read, warm, selecting, healthy):
    server = victim()
    selection = selecting(healthy, f"{server.address}/with_unit")
    warm(selection)
    server.kill()
    reading, complete, took_s = timed_read(selection)
    assert complete
    assert took_s < DEADLINE_S + SLACK_S
    assert set(reading.result().values) == {healthy}
    assert "not running" in reasons(reading.result())[f"{server.address}/with_unit"]


def test_devices_never_started_or_unknown_say_so(victim, timed_read, selecting, healthy):
    never = victim(started=False)
    selection = selecting(healthy, f"{never.address}/with_unit", "no/such/device/x")
    reading, complete, _ = timed_read(selection, 30.0)
    assert complete
    assert set(reading.result().values) == {healthy}
    told = reasons(reading.result())
    assert told.pop(f"{never.address}/with_unit").startswith("not running")
    assert told == {"no/such/device/x": "not defined in the Tango database"}


def test_a_restarted_device_is_read_again_through_the_same_reader(victim, reader, warm, selecting):
    server = victim()
    selection = selecting(f"{server.address}/with_unit")
    warm(selection)
    server.kill()
    reader.begin(selection).wait(DEADLINE_S)
    server.start()
    server.wait_ready()
    wait_for(answers_again(reader, selection), 10.0, "the restarted device answers")


def test_a_cancelled_wait_ends_at_once_and_blames_no_device(victim, patient, reader, warm, selecting):
    server = victim()
    selection = selecting(f"{server.address}/slow")
    warm(selection)
    server.write("pause_s", 4.0)
    reading = reader.begin(selection)
    cancel_at = time.monotonic() + 0.1
    assert not reading.wait(10.0, lambda: time.monotonic() > cancel_at)
    assert time.monotonic() - cancel_at < 3.5
    assert reasons(reading.result())[f"{server.address}/slow"] == "not waited for: cancelled"
    again = reader.begin(selection)
    assert again.wait(30.0)
    assert not again.result().failures


STUCK_PROGRAM = """
import sys
from scifish.context import SessionListener
from scifish.attributes.reader import SnapshotReader
from scifish.selection import Entry, Selection
from pathlib import Path
frozen, cache = sys.argv[1:]
reader = SnapshotReader()
listener = SessionListener(frozen, Path(cache))
reading = reader.begin(Selection(name="s", entries=(Entry(name="x", device=frozen, attribute="slow"),)))
reading.wait(0.2)
print("stuck", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("end", ["SIGTERM", "return"])
def test_a_process_ends_while_its_threads_are_stuck(victim, tmp_path, end):
    server = victim()
    server.freeze()
    command = [sys.executable, "-c", STUCK_PROGRAM, server.address, str(tmp_path / "session.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as program:
        assert program.stdout.readline() == b"stuck\n"
        began = time.monotonic()
        if end == "SIGTERM":
            program.send_signal(signal.SIGTERM)
        else:
            program.stdin.close()
        code = program.wait(60)
    assert time.monotonic() - began < 4.5, "the first call to a frozen device takes 6 s"
    assert code == (-signal.SIGTERM if end == "SIGTERM" else 0)
