"""Day 9: Stop and Abort while START waits, between points, and while END waits.

Plain Sardana itself loses an Abort within the first 50 ms: here 100 ms have passed.
"""

import time
from collections.abc import Iterator

import h5py
import pytest
import tango

from tests.bad_days.harness.hearing import wait_until_door_is_heard
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.spans import patience
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.devices import device
from tests.door import BUSY
from tests.waiting import wait_for

ASKED = [("StopMacro", "stop", "stopped"), ("AbortMacro", "abort", "aborted")]
SURE_S = 0.1
LONG = 200
SCAN = ("ascan", "mot01", 0, 1, LONG, 0.01)
POINTS = 60
"""Of a scan that is long enough for a device to hang before it ends, on a busy machine too."""
HUNG_S = 60.0
AT_ONCE_S = 9.0
"""For a busy machine; who waits to the end needs 10 s."""
SLIT = "demo/sim/slit-01"
"""Has no polled attribute: its server keeps a call waiting, and does not refuse it after 3 s."""


@pytest.fixture(autouse=True)
def heard(beamline: TrialBeamline) -> None:
    """Only its events tell how a macro ended that was stopped or aborted."""
    wait_until_door_is_heard(beamline)


@pytest.fixture
def long_waits(beamline: TrialBeamline) -> Iterator[TrialBeamline]:
    """START and END wait for up to 10 s; the devices are well again afterwards."""
    with patience(beamline):
        yield beamline
    beamline.kill("simulation")
    beamline.start("simulation")


@pytest.fixture
def slow_motor(beamline: TrialBeamline) -> Iterator[tango.DeviceProxy]:
    """A motor whose move into the scan would last 5 s."""
    motor = device("mot02")
    motor.Position = 0
    wait_for(lambda: motor.State() == tango.DevState.ON, 60, "the motor at 0")
    motor.Velocity = 1.0
    yield motor
    motor.Velocity = 1000.0


@pytest.mark.parametrize(("command", "result", "status"), ASKED)
def test_while_start_waits_nothing_moves_any_more(
    long_waits: TrialBeamline, slow_motor: tango.DeviceProxy, command: str, result: str, status: str
) -> None:
    beamline = long_waits
    device(SLIT).Hang(HUNG_S)
    began, before = time.monotonic(), {capture.pid for capture in beamline.captures()}
    run = beamline.door.begin("ascan", "mot02", 5, 6, 2, 0.01)
    (capture,) = wait_for(
        lambda: [each for each in beamline.captures() if each.pid not in before], 60, "the first commit"
    )
    wait_for(lambda: time.monotonic() > began + SURE_S, 10, "a moment in which Sardana loses no abort")
    assert capture.end_time is None, "it runs"
    asked = time.monotonic()
    getattr(beamline.door.proxy, command)()
    assert run.wait(60) == result
    assert time.monotonic() - asked < AT_ONCE_S

    (dataset,) = beamline.expect_catalogued([capture.pid], status=status)
    assert (slow_motor.State(), abs(slow_motor.Position) < 0.1) == (tango.DevState.ON, True)
    assert dataset["points_recorded"] == 0


@pytest.mark.parametrize(("command", "result", "status"), ASKED)
def test_between_points(beamline: TrialBeamline, command: str, result: str, status: str) -> None:
    motor = device("mot01")
    scan = beamline.begin_scan(points=LONG, held_after=3)
    assert scan.entry().points == 3
    assert beamline.status_of(scan)["end_time"] is None, "it runs"
    getattr(beamline.door.proxy, command)()
    assert scan.wait() == result
    position = motor.Position

    (dataset,) = beamline.expect_catalogued([scan], status=status)
    entry = scan.entry()
    assert (entry.points, entry.ended) == (3, True)
    assert dataset["points_recorded"] == 3
    assert not untold(dataset)
    assert motor.Position == position


@pytest.mark.parametrize(("command", "result", "status"), ASKED)
def test_while_end_waits(long_waits: TrialBeamline, command: str, result: str, status: str) -> None:
    beamline = long_waits
    slit, motor = device(SLIT), device("mot01")
    with beamline.upset("sardana"):
        beamline.door.run("set_fault", "recorder.ending:stop")
        scan = beamline.begin_scan(points=POINTS)
        wait_for_points(scan, 1)
        slit.Hang(HUNG_S)
        assert wait_for_points(scan, 1) < POINTS, "END will wait for it"
        beamline.wait_frozen("sardana")
    beamline.thaw("sardana")  # in the middle of the wait
    position, asked = motor.Position, time.monotonic()
    getattr(beamline.door.proxy, command)()
    assert scan.wait() == result
    assert time.monotonic() - asked < AT_ONCE_S
    assert motor.Position == position

    (dataset,) = beamline.expect_catalogued([scan], status=status)
    assert dataset["points_recorded"] == scan.points
    assert (scan.entry().points, scan.entry().ended) == (scan.points, True)
    assert [file["complete"] for file in dataset["files"]] == [True]
    with h5py.File(scan.file, "r"):  # not left open and locked by Sardana
        pass


def test_sardana_loses_an_abort_and_is_started_again(beamline: TrialBeamline) -> None:
    """As it does without us, too, about once in fifty aborts."""
    before = {capture.pid for capture in beamline.captures()}
    beamline.door.begin_held("post-step", 3, *SCAN, macro="deaf_scan")
    (capture,) = [each for each in beamline.captures() if each.pid not in before]
    beamline.door.proxy.AbortMacro()
    wait_for(lambda: "Aborting" in beamline.door.said(), LIMIT_S, "the abort under way")
    assert beamline.door.state() in BUSY
    assert beamline.status_of(capture.pid)["end_time"] is None, "it runs"

    beamline.kill("sardana")
    beamline.start("sardana")

    (dataset,) = beamline.expect_catalogued([capture.pid], status="interrupted")
    assert dataset["values_at_start"]
