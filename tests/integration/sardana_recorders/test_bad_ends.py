"""Scans that end badly end in the spool as what they were, and the next scan is well."""

import time

import pytest
import tango

from scifish.settings import load_settings, save_settings
from tests.waiting import wait_for


def begin_scanning(door, spooled, *macro):
    """Start a scan of some 5 s and return when it has taken a point, 100 ms later at least."""
    run = door.begin(*(macro or ("ascan", "mot01", 0, 1, 100, 0.05)))
    wait_for(lambda: spooled.messages(), 5, "the start")
    time.sleep(0.3)  # Sardana itself loses an abort within the first 50 ms: the scan must be under way
    return run


def test_stop_between_points(spooled, door):
    run = begin_scanning(door, spooled)
    door.proxy.StopMacro()
    assert run.wait(10) == "stop"

    (scan,) = spooled.ended()
    assert (scan.status, scan.error) == ("stopped", None)
    assert 1 <= scan.points_recorded < 101
    assert scan.points_planned == 101
    assert "ring" in scan.values  # a stopped scan still waits for its end values


def test_abort_between_points(spooled, door):
    run = begin_scanning(door, spooled)
    door.proxy.AbortMacro()
    assert run.wait(10) == "abort"

    (scan,) = spooled.ended()
    assert (scan.status, scan.error) == ("aborted", None)
    assert 1 <= scan.points_recorded < 101


def test_abort_of_a_continuous_scan(spooled, door):
    run = begin_scanning(door, spooled, "ascanct", "mot01", 0, 1, 100, 0.05)
    door.proxy.AbortMacro()
    run.wait(10)

    (scan,) = spooled.ended()
    assert (scan.status, scan.points_planned) == ("aborted", 101)


def test_an_exception_in_a_hook_is_told(spooled, door):
    run = door.begin("scan_with_hook", "fail")
    assert run.wait(10) == "exception"

    (scan,) = spooled.ended()
    assert (scan.status, scan.error) == ("failed", "ValueError: detector cover closed")
    assert scan.points_recorded == 0
    assert [parent.name for parent in scan.parents] == ["scan_with_hook"]


def test_a_scan_after_a_stopped_one_is_not_stopped(spooled, door):
    run = begin_scanning(door, spooled)
    door.proxy.StopMacro()
    run.wait(10)
    door.run("ascan", "mot01", 0, 1, 2, 0.01)

    assert [scan.status for scan in spooled.ended(2)] == ["stopped", "completed"]


def test_a_missing_folder_is_told_by_the_next_scan_on_the_door(captured, spooled, door):
    door.run("senv", "ScanDir", captured.scan_dir / "missing")
    try:
        assert door.begin("ascan", "mot01", 0, 1, 2, 0.01).wait(10) == "exception"
    finally:
        door.run("senv", "ScanDir", captured.scan_dir)
    assert [message.phase for message in spooled.messages()] == ["started", "started"]

    door.run("ascan", "mot01", 0, 1, 2, 0.01)

    scans = {scan.status: scan for scan in spooled.ended(2)}
    assert scans["completed"].points_recorded == 3
    assert "missing" in scans["failed"].error
    assert (scans["failed"].points_recorded, scans["failed"].files) == (0, [])


def test_a_scan_that_a_macro_abandons_is_told_by_the_next_scan_on_the_door(doors, spooled, door):
    assert door.begin("abandoned_scan").wait(10) == "exception"
    doors[1].run("ascan", "mot02", 0, 1, 1, 0.01)  # another Door says nothing of this one
    door.run("ascan", "mot01", 0, 1, 2, 0.01)

    scans = [(scan.status, scan.source.door) for scan in spooled.ended(3)]
    assert scans == [("completed", "Door/rec/2"), ("failed", "Door/rec/1"), ("completed", "Door/rec/1")]
    assert "lost the beam" in spooled.ended(3)[1].error


def test_a_scan_that_is_built_and_never_started_is_no_capture(spooled, door):
    door.run("no_start")
    door.run("ascan", "mot01", 0, 1, 1, 0.01)

    assert {message.title for message in spooled.messages() if message.title} == {
        "ascan mot01 0.0 1.0 1 0.01"
    }


@pytest.fixture
def long_waits(captured):
    """Let START and END wait for 3 s at most; the ring must hang for that."""
    kept = load_settings(captured.state_folder)
    save_settings(captured.state_folder, kept.model_copy(update={"begin_wait_s": 3.0, "end_wait_s": 3.0}))
    ring = captured.proxy("demo/sim/ring")
    yield ring
    save_settings(captured.state_folder, kept)
    wait_for(lambda: _answers(ring), 10, "the ring again")


@pytest.fixture
def slow_motor(captured):
    """A motor whose move into a scan would last 5 s."""
    motor = captured.proxy("mot01")
    motor.Position = 0
    wait_for(lambda: motor.State() == tango.DevState.ON, 10, "the motor at 0")
    motor.Velocity = 1.0
    yield motor
    motor.Velocity = 1000.0


ASKED = [("StopMacro", "stopped"), ("AbortMacro", "aborted")]


@pytest.mark.parametrize(("command", "status"), ASKED)
def test_the_wait_for_start_values_ends_when_the_user_says_so(
    spooled, door, long_waits, slow_motor, command, status
):
    long_waits.Hang(2.5)
    run = door.begin("ascan", "mot01", 5, 6, 2, 0.01)
    wait_for(lambda: spooled.messages(), 5, "the first commit of the start")
    asked_at = time.monotonic()
    getattr(door.proxy, command)()
    run.wait(10)

    assert time.monotonic() - asked_at < 2.0
    assert abs(slow_motor.Position) < 0.1
    (scan,) = spooled.ended()
    assert (scan.status, scan.points_recorded) == (status, 0)


@pytest.mark.parametrize(("command", "status"), ASKED)
def test_the_wait_for_end_values_ends_when_the_user_says_so(spooled, door, long_waits, command, status):
    run = door.begin("ascan", "mot01", 0, 1, 1, 0.5)
    spooled.started()
    long_waits.Hang(4.0)
    wait_for(lambda: run.step == 100, 5, "the last point")
    time.sleep(0.1)
    asked_at = time.monotonic()
    getattr(door.proxy, command)()
    run.wait(10)

    assert time.monotonic() - asked_at < 2.0
    (scan,) = spooled.ended()
    assert (scan.status, scan.points_recorded) == (status, 2)
    assert "ring" not in scan.values


def test_a_device_that_hangs_costs_no_more_than_the_waits(captured, spooled, door):
    ring = captured.proxy("demo/sim/ring")
    door.run("ascan", "mot01", 0, 1, 1, 0.01)
    ring.Hang(3.0)
    begin = time.monotonic()
    door.run("ascan", "mot01", 0, 1, 1, 0.01)
    lasted = time.monotonic() - begin
    wait_for(lambda: _answers(ring), 10, "the ring again")

    healthy, scan = spooled.ended(2)
    assert "ring" in healthy.values
    assert "ring" not in scan.values_at_start
    assert lasted < 2.0
    assert {failure.device for failure in scan.failures} == {"demo/sim/ring"}


def _answers(device):
    try:
        return device.State() is not None
    except tango.DevFailed:
        return False
