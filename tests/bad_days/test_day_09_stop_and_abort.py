"""Day 9: Stop and Abort while START waits, between points, and while END waits.

Plain Sardana itself loses an Abort within the first 50 ms: here 100 ms have passed.
"""

import time
from collections.abc import Iterator

import h5py
import pytest
import tango

from scifish.captures import CaptureState, list_captures
from scifish.settings import load_settings, save_settings
from scifish.state_folder import StateFolder
from tests.bad_days.harness.hearing import wait_until_door_is_heard
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for

ASKED = [("StopMacro", "stop", "stopped"), ("AbortMacro", "abort", "aborted")]
SURE_S = 0.1
LONG = 200
WAIT_S, HUNG_S = 3.0, 4.0


@pytest.fixture(autouse=True)
def heard(beamline: TrialBeamline) -> None:
    """Only its events tell how a macro ended that was stopped or aborted."""
    wait_until_door_is_heard(beamline)


@pytest.fixture
def long_waits(beamline: TrialBeamline) -> Iterator[TrialBeamline]:
    """START and END wait for up to 3 s."""
    folder = beamline.parts.folder.capture_host
    kept = load_settings(folder)
    save_settings(folder, kept.model_copy(update={"begin_wait_s": WAIT_S, "end_wait_s": WAIT_S}))
    yield beamline
    save_settings(folder, kept)
    ring = tango.DeviceProxy("demo/sim/ring")
    wait_for(lambda: answers(ring), 20, "the ring again")


@pytest.fixture
def slow_motor(beamline: TrialBeamline) -> Iterator[tango.DeviceProxy]:
    """A motor whose move into the scan would last 5 s."""
    motor = tango.DeviceProxy("mot02")
    motor.Position = 0
    wait_for(lambda: motor.State() == tango.DevState.ON, 10, "the motor at 0")
    motor.Velocity = 1.0
    yield motor
    motor.Velocity = 1000.0


@pytest.mark.parametrize(("command", "result", "status"), ASKED)
def test_while_start_waits_nothing_moves_any_more(
    long_waits: TrialBeamline, slow_motor: tango.DeviceProxy, command: str, result: str, status: str
) -> None:
    beamline = long_waits
    began, before = time.monotonic(), {capture.pid for capture in captures(beamline)}
    tango.DeviceProxy("demo/sim/ring").Hang(HUNG_S)
    run = beamline.door.begin("ascan", "mot02", 5, 6, 2, 0.01)
    (capture,) = wait_for(
        lambda: [each for each in captures(beamline) if each.pid not in before], 5, "the first commit"
    )
    wait_for(lambda: time.monotonic() > began + SURE_S, 1, "a moment in which Sardana loses no abort")
    asked = time.monotonic()
    getattr(beamline.door.proxy, command)()
    assert run.wait(10) == result
    assert time.monotonic() - asked < 2.0

    (dataset,) = beamline.expect_catalogued([capture.pid], status=status)
    assert (slow_motor.State(), abs(slow_motor.Position) < 0.1) == (tango.DevState.ON, True)
    assert dataset["points_recorded"] == 0


@pytest.mark.parametrize(("command", "result", "status"), ASKED)
def test_between_points(beamline: TrialBeamline, command: str, result: str, status: str) -> None:
    scan = beamline.begin_scan(points=LONG)
    wait_for_points(scan, 3)
    getattr(beamline.door.proxy, command)()
    assert scan.wait() == result
    position = tango.DeviceProxy("mot01").Position

    (dataset,) = beamline.expect_catalogued([scan], status=status)
    entry = scan.entry()
    assert 3 <= entry.points < LONG and entry.ended
    assert dataset["points_recorded"] == entry.points
    assert not untold(dataset)
    assert tango.DeviceProxy("mot01").Position == position


@pytest.mark.parametrize(("command", "result", "status"), ASKED)
def test_while_end_waits(long_waits: TrialBeamline, command: str, result: str, status: str) -> None:
    beamline = long_waits
    scan = beamline.begin_scan()
    wait_for_points(scan, 1)
    tango.DeviceProxy("demo/sim/ring").Hang(HUNG_S)
    wait_for(lambda: scan.run.step == 100, 10, "the last point")
    wait_for_points(scan, scan.points)
    asked = time.monotonic()
    getattr(beamline.door.proxy, command)()
    scan.wait()
    assert time.monotonic() - asked < 2.0

    (dataset,) = beamline.expect_catalogued([scan], status=status)
    assert dataset["points_recorded"] == scan.points
    assert (scan.entry().points, scan.entry().ended) == (scan.points, True)
    assert [file["complete"] for file in dataset["files"]] == [True]
    with h5py.File(scan.file, "r"):  # not left open and locked by Sardana
        pass


def captures(beamline: TrialBeamline) -> list[CaptureState]:
    """Return the newest captures of the host, faster than by the command line."""
    return list_captures(StateFolder(beamline.parts.folder.capture_host))


def answers(device: tango.DeviceProxy) -> bool:
    """Tell whether a device that hung answers again."""
    try:
        return device.State() is not None
    except tango.DevFailed:
        return False
