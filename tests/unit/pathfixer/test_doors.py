"""What counts as a running macro."""

import pytest

from pathfixer.doors import Doors
from tests.unit.pathfixer.conftest import DevicesInMemory


@pytest.fixture
def devices() -> DevicesInMemory:
    return DevicesInMemory()


@pytest.fixture
def doors(devices) -> Doors:
    return Doors(devices, lambda name: name in devices.signed_off, between_s=0)


@pytest.mark.parametrize("state", ["ON", "ALARM"])
def test_a_door_at_rest_is_not_busy(doors, devices, state):
    devices.answers["door/a/1"] = [state]
    assert doors.busy(["Door/A/1"], []) == {}


@pytest.mark.parametrize("state", ["RUNNING", "STANDBY", "MOVING", "INIT", "FAULT", "UNKNOWN", "OFF"])
def test_every_other_state_is_a_running_macro(doors, devices, state):
    devices.answers["door/a/1"] = [state]
    assert doors.busy(["door/a/1", "door/a/2"], []) == {
        "door/a/1": f"a macro runs on door/a/1 (its state is {state})"
    }


@pytest.mark.parametrize("states", [["ON", "RUNNING"], ["RUNNING", "ON"]])
def test_between_two_macros_of_a_sequence_it_runs(doors, devices, states):
    devices.answers["door/a/1"] = states
    assert list(doors.busy(["door/a/1"], [])) == ["door/a/1"]


def test_one_that_does_not_answer_counts_as_running(doors, devices):
    devices.answers["door/a/1"] = ["ON", TimeoutError("no answer within 1 s")]
    devices.answers["door/a/2"] = ["ON", OSError("cannot be reached")]
    devices.signed_off = {"door/a/2"}
    doors.learn(["door/a/1", "door/a/2"], [])
    assert doors.busy(["door/a/1", "door/a/2", "no-name"], []) == {
        "door/a/1": "door/a/1 does not answer (no answer within 1 s): a macro may be running",
        "no-name": "no-name does not answer (is no name of a Tango device): a macro may be running",
    }
    assert devices.waited_s == 3


def test_a_first_look_and_a_listener_wait_a_second_and_longer_only_for_a_first_answer(doors, devices):
    devices.answers["door/a/1"] = ["ON"]
    assert doors.at_work(["door/a/1"], []) == []
    assert devices.waited_s == 3
    assert doors.at_work(["door/a/1"], []) == []
    assert devices.waited_s == 1


def test_one_that_was_late_once_and_is_at_rest_is_not_busy(doors, devices):
    devices.answers["door/a/1"] = [TimeoutError("no answer within 3 s"), "ON"]
    assert doors.busy(["door/a/1"], []) == {}


def test_one_that_ran_a_macro_and_is_late_with_its_answer_still_runs_it(doors, devices):
    devices.answers["door/a/1"] = ["RUNNING", TimeoutError("no answer within 1 s"), "ON", OSError("gone")]
    assert [doors.at_work(["door/a/1"], []) for _ in range(4)] == [["door/a/1"], ["door/a/1"], [], []]
    devices.answers["door/a/1"] = ["RUNNING", OSError("gone")]
    devices.signed_off = {"door/a/1"}
    assert [doors.at_work(["door/a/1"], []) for _ in range(2)] == [["door/a/1"], []]


def test_doors_that_nobody_names_are_those_of_the_macro_servers(doors, devices):
    devices.answers["ms/a/1"] = [["tango://host:10000/Door/A/1", "door/a/2"]]
    devices.answers["door/a/2"] = ["RUNNING"]
    assert list(doors.busy([], ["MS/A/1"])) == ["door/a/2"]


def test_doors_of_a_macro_server_that_died_are_known_if_it_named_them(doors, devices):
    died = OSError("not running, or its host cannot be reached")
    devices.answers["ms/a/1"] = [died]
    told = doors.busy([], ["ms/a/1"])
    assert told == {"ms/a/1": f"ms/a/1 does not name its Doors ({died}): a macro may be running"}
    devices.answers["ms/a/1"] = [[], died]
    doors.learn([], ["ms/a/1"])
    assert list(doors.busy([], ["ms/a/1"])) == ["ms/a/1"], "it was just starting when it named none"
    devices.answers["ms/a/1"] = [["door/a/1"], died]
    doors.learn([], ["ms/a/1"])
    assert doors.busy([], ["ms/a/1"]) == {}


def test_with_nothing_configured_nobody_is_asked(doors):
    assert doors.busy([], []) == {}


def test_a_door_that_says_so_itself_is_at_work_and_a_silent_one_is_not(doors, devices):
    devices.answers |= {"door/a/1": ["RUNNING"], "door/a/2": ["ALARM"], "door/a/3": [OSError("frozen")]}
    assert doors.at_work(["Door/A/1", "door/a/2", "door/a/3"], []) == ["door/a/1"]
    devices.answers["ms/a/1"] = [["door/a/1", "door/a/3"]]
    doors.learn([], ["ms/a/1"])
    assert doors.at_work([], ["ms/a/1"]) == ["door/a/1"]
