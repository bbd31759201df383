"""Scans that end badly end in the spool as what they were, and the next scan is well."""

import os
import signal
import time
from contextlib import contextmanager

import pytest
import tango

from scifish.settings import load_settings, save_settings
from tests.integration.sardana_recorders.spooled import Spooled
from tests.processes import freeze, is_frozen
from tests.waiting import wait_for


@pytest.fixture
def begin_scanning(captured, door, spooled):
    """Start a scan of some 5 s and return when it counts."""
    counters = captured.proxy("mntgrp01")

    def begin(*macro):
        run = door.begin(*(macro or ("ascan", "mot01", 0, 1, 100, 0.05)))
        wait_for(lambda: spooled.messages(), 5, "the start")
        wait_for(lambda: counters.State() == tango.DevState.MOVING, 10, "a scan that counts")
        return run

    return begin


def test_stop_between_points(spooled, door, begin_scanning):
    run = begin_scanning()
    wait_for(lambda: run.step > 0, 10, "the first point")
    door.proxy.StopMacro()
    assert run.wait(60) == "stop"

    (scan,) = spooled.ended()
    assert (scan.status, scan.error) == ("stopped", None)
    assert 1 <= scan.points_recorded < 101
    assert scan.points_planned == 101
    assert "ring" in scan.values  # a stopped scan still waits for its end values


def test_abort_between_points(spooled, door):
    run = door.begin_held("post-step", 3, "ascan", "mot01", 0, 1, 100, 0.01)
    door.proxy.AbortMacro()
    assert run.wait(60) == "abort"

    (scan,) = spooled.ended()
    assert (scan.status, scan.error) == ("aborted", None)
    assert (scan.points_recorded, scan.points_planned) == (3, 101)


def test_stop_of_a_continuous_scan(captured, spooled, door, begin_scanning):
    run = begin_scanning("ascanct", "mot01", 0, 1, 100, 0.05)
    motor = captured.proxy("mot01")
    wait_for(lambda: motor.Position > 0.1, 10, "a scan under way")
    door.proxy.StopMacro()
    run.wait(60)

    (scan,) = spooled.ended()
    assert (scan.status, scan.points_planned) == ("stopped", 101)


def test_abort_of_a_continuous_scan(spooled, door):
    run = door.begin_held("post-acq", 1, "ascanct", "mot01", 0, 1, 10, 0.02)
    door.proxy.AbortMacro()
    assert run.wait(60) == "abort"

    (scan,) = spooled.ended()
    assert (scan.status, scan.points_planned) == ("aborted", 11)


def test_an_exception_in_a_hook_is_told(spooled, door):
    run = door.begin("scan_with_hook", "fail")
    assert run.wait(60) == "exception"

    (scan,) = spooled.ended()
    assert (scan.status, scan.error) == ("failed", "ValueError: detector cover closed")
    assert scan.points_recorded == 0
    assert [parent.name for parent in scan.parents] == ["scan_with_hook"]


def test_a_scan_after_a_stopped_one_is_not_stopped(spooled, door, begin_scanning):
    run = begin_scanning()
    door.proxy.StopMacro()
    run.wait(60)
    door.run("ascan", "mot01", 0, 1, 2, 0.01)

    assert [scan.status for scan in spooled.ended(2)] == ["stopped", "completed"]


def test_a_missing_folder_is_told_by_the_next_scan_on_the_door(captured, spooled, door):
    door.run("senv", "ScanDir", captured.scan_dir / "missing")
    try:
        assert door.begin("ascan", "mot01", 0, 1, 2, 0.01).wait(60) == "exception"
    finally:
        door.run("senv", "ScanDir", captured.scan_dir)
    wait_for(lambda: len(spooled.messages()) == 2, 10, "both commits of the start")
    assert [message.phase for message in spooled.messages()] == ["started", "started"]

    door.run("ascan", "mot01", 0, 1, 2, 0.01)

    scans = {scan.status: scan for scan in spooled.ended(2)}
    assert scans["completed"].points_recorded == 3
    assert "missing" in scans["failed"].error
    assert (scans["failed"].points_recorded, scans["failed"].files) == (0, [])


def test_a_scan_that_a_macro_abandons_is_told_by_the_next_scan_on_the_door(doors, spooled, door):
    assert door.begin("abandoned_scan").wait(60) == "exception"
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
    """Let START and END wait for 10 s at most."""
    with waiting_at_most(captured, 10):
        yield


@pytest.fixture
def short_waits(captured):
    """Let START and END wait as short as at a beamline."""
    with waiting_at_most(captured, 0.25):
        yield


@contextmanager
def waiting_at_most(captured, wait_s):
    kept = load_settings(captured.state_folder)
    save_settings(
        captured.state_folder, kept.model_copy(update={"begin_wait_s": wait_s, "end_wait_s": wait_s})
    )
    try:
        yield
    finally:
        save_settings(captured.state_folder, kept)


@pytest.fixture
def silence(captured, simulation, door):
    """Let the ring fall silent until the test is over; after that the recorder reads it again."""
    yield lambda: freeze(simulation.pid)
    os.kill(simulation.pid, signal.SIGCONT)
    wait_until_scans_tell_the_ring(captured, door)


def wait_until_scans_tell_the_ring(captured, door):
    wait_for(lambda: scan_tells_the_ring(captured, door), 60, "the ring in the values of a scan")


def scan_tells_the_ring(captured, door):
    """Scan, and tell whether the ring was asked: a device that was silent is left alone for seconds."""
    spooled = Spooled(captured.state_folder)
    door.run("ascan", "mot01", 0, 1, 1, 0.01)
    return "ring" in spooled.ended()[0].values


@pytest.fixture
def stopped_at_its_end(captured, door):
    """Let Sardana's process stand still when a scan comes to its end."""
    door.run("set_fault", "recorder.ending:stop")
    yield
    os.kill(captured.pid, signal.SIGCONT)
    door.run("set_fault", "off")


@pytest.fixture
def slow_motor(captured):
    """A motor whose move into a scan would last 5 s."""
    motor = captured.proxy("mot01")
    motor.Position = 0
    wait_for(lambda: motor.State() == tango.DevState.ON, 10, "the motor at 0")
    motor.Velocity = 1.0
    yield motor
    motor.Velocity = 1000.0


POINT_S = 2.5
"""Of scans during which the ring must have been frozen, whatever else the machine does."""
AT_ONCE_S = 9
"""The wait itself lasts 10 s."""
ASKED = [("StopMacro", "stopped"), ("AbortMacro", "aborted")]


@pytest.mark.parametrize(("command", "status"), ASKED)
def test_the_wait_for_start_values_ends_when_the_user_says_so(
    silence, spooled, door, long_waits, slow_motor, command, status
):
    silence()
    run = door.begin("ascan", "mot01", 5, 6, 2, 0.01)
    wait_for(lambda: spooled.messages(), 5, "the first commit of the start")
    asked_at = time.monotonic()
    getattr(door.proxy, command)()
    run.wait(60)

    assert time.monotonic() - asked_at < AT_ONCE_S
    assert abs(slow_motor.Position) < 0.1
    (scan,) = spooled.ended()
    assert (scan.status, scan.points_recorded) == (status, 0)


@pytest.mark.parametrize(("command", "status"), ASKED)
def test_the_wait_for_end_values_ends_when_the_user_says_so(
    captured, silence, spooled, door, long_waits, stopped_at_its_end, command, status
):
    run = door.begin("ascan", "mot01", 0, 1, 1, POINT_S)
    spooled.started()
    silence()
    wait_for(lambda: is_frozen(captured.pid), 10, "the wait for end values")
    os.kill(captured.pid, signal.SIGCONT)
    asked_at = time.monotonic()
    getattr(door.proxy, command)()
    run.wait(60)

    assert time.monotonic() - asked_at < AT_ONCE_S
    (scan,) = spooled.ended()
    assert (scan.status, scan.points_recorded) == (status, 2)
    assert "ring" not in scan.values


def test_a_stop_while_the_end_waits_stops_the_macro_of_many_scans(
    captured, silence, spooled, door, long_waits, stopped_at_its_end
):
    run = door.begin("scan_twice", POINT_S)
    spooled.started()
    silence()
    wait_for(lambda: is_frozen(captured.pid), 10, "the wait for end values")
    os.kill(captured.pid, signal.SIGCONT)
    door.proxy.StopMacro()
    assert run.wait(60) == "stop"

    (scan,) = spooled.ended()
    assert (scan.status, scan.points_recorded) == ("stopped", 2)
    assert {message.pid for message in spooled.messages()} == {scan.pid}, "no second scan"


HANGS_S = 15


def test_a_device_that_hangs_costs_no_more_than_the_waits(captured, door, short_waits):
    ring = captured.proxy("demo/sim/ring")
    wait_until_scans_tell_the_ring(captured, door)
    spooled = Spooled(captured.state_folder)
    ring.Hang(HANGS_S)
    begin = time.monotonic()
    door.run("ascan", "mot01", 0, 1, 1, 0.01)
    lasted = time.monotonic() - begin
    (scan,) = spooled.ended()
    wait_until_scans_tell_the_ring(captured, door)

    assert "ring" not in scan.values_at_start
    assert lasted < HANGS_S - 1
    assert {failure.device for failure in scan.failures if failure.device} == {"demo/sim/ring"}
