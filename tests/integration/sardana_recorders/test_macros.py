"""The macros ``capture`` and ``sct`` on a real Door."""

import json

import pytest
import tango

from tests.waiting import wait_for


@pytest.fixture
def recorders(doors, captured):
    """Return the value of DataRecorder that counts on a Door; put the server's back afterwards."""
    yield lambda door: _counting(door, "DataRecorder")
    for number in (1, 2):
        door = doors[number - 1]
        for key in (f"{captured.door_names[number - 1]}.DataRecorder", "ascan.DataRecorder"):
            door.begin("usenv", key).wait(60)
    doors[0].run("senv", "DataRecorder", "SciFishRecorder")


def _counting(door, name):
    answer = door.proxy.GetMacroEnv(["ascan", name])
    found = dict(zip(answer[::2], answer[1::2], strict=True))
    return json.loads(found.get(name, "[]"))  # Sardana leaves an empty list out of its answer


def test_status_names_the_scope_that_wins_and_the_last_scan(spooled, door, recorders):
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    spooled.ended()
    door.run("capture", "status")

    assert "Door/rec/1: scans are captured: SciFishRecorder (set for the server)" in door.said()
    assert "ascan mot01 0.0 1.0 2 0.01: completed, captured" in door.said()


def test_off_is_for_this_door_alone_and_on_takes_it_back(doors, spooled, door, recorders):
    door.run("capture", "off")
    assert recorders(door) == []
    assert recorders(doors[1]) == "SciFishRecorder"
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    doors[1].run("ascan", "mot02", 0, 1, 2, 0.01)
    assert [scan.source.door for scan in spooled.ended()] == ["Door/rec/2"]

    door.run("capture", "on")
    assert recorders(door) == "SciFishRecorder"
    assert "set for the server" in door.said()
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    assert len(spooled.ended(2)) == 2


def test_other_recorders_survive(door, recorders):
    door.run("senv", "DataRecorder", "JsonRecorder")
    door.run("capture", "on", "server")
    assert recorders(door) == ["JsonRecorder", "SciFishRecorder"]
    door.run("capture", "off")
    assert recorders(door) == ["JsonRecorder"]
    door.run("capture", "on")
    door.run("capture", "off", "server")
    assert recorders(door) == ["JsonRecorder"]


def test_a_macro_alone_is_switched_off(spooled, door, recorders):
    door.run("capture", "off", "ascan")
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    door.run("dscan", "mot01", 0, 1, 2, 0.01)
    assert [scan.name for scan in spooled.ended()] == ["dscan"]


@pytest.mark.parametrize(
    ("parameters", "words"), [(["perhaps"], "say on, off or status"), (["off", "nosuchmacro"], "nosuchmacro")]
)
def test_another_word_is_refused(door, parameters, words):
    run = door.begin("capture", *parameters)
    assert run.wait(60) == "exception"
    assert words in run.error


def test_sct_is_captured_and_saved(spooled, door):
    door.run("sct", 0.05)
    (scan,) = spooled.ended()

    assert (scan.name, scan.status, scan.title) == ("sct", "completed", "sct 0.05 None")
    assert (scan.points_planned, scan.points_recorded, scan.moveables) == (1, 1, [])
    assert scan.preview.columns["ct01"] == [pytest.approx(0.05)]
    assert scan.measurement_group == "mntgrp01"
    assert spooled.amended(scan.pid).files[0].complete
    assert "0.05" in door.said()


@pytest.mark.parametrize(("countable", "counters"), [("mntgrp02", ["ct05"]), ("ct01", ["ct01"])])
def test_sct_counts_on_a_group_or_a_channel(spooled, door, countable, counters):
    door.run("sct", 0.05, countable)
    (scan,) = spooled.ended()

    assert scan.measurement_group == countable
    assert [counter.label for counter in scan.counters] == counters
    assert scan.preview.columns[counters[0]] == [pytest.approx(0.05)]


def test_sct_can_be_aborted(captured, spooled, door):
    run = door.begin("sct", 20)
    group = captured.proxy("mntgrp01")
    wait_for(lambda: group.State() == tango.DevState.MOVING, 5, "the count")
    door.proxy.AbortMacro()
    assert run.wait(60) == "abort"
    assert [scan.status for scan in spooled.ended()] == ["aborted"]
