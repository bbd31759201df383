from enum import Enum
from types import SimpleNamespace

import numpy as np
import pytest
from sardana.macroserver.scan import ColumnDesc

from sardana_recorders.plain_environ import chain_of, plain_value, read_macro, read_scan
from sardana_recorders.testing.fake_macro import FakeDoor, FakeExecutor, FakeMacro


class Motor:
    def getFullName(self):  # noqa: N802
        return "tango://h:1/motor/c/1"

    def __str__(self):
        return "mot01"


class State(Enum):
    ON = 1


def test_a_macro_is_its_line_with_repeats_flattened():
    plain = read_macro(FakeMacro("amultiscan", ([[Motor(), 0.0, 1.0]], 5, 0.1), macro_id="7"))
    assert plain.command == "amultiscan mot01 0.0 1.0 5 0.1"
    assert (plain.name, plain.id, plain.parameters) == (
        "amultiscan",
        "7",
        ("mot01", "0.0", "1.0", "5", "0.1"),
    )


def test_the_chain_is_the_doors_stack_so_that_a_scan_in_a_hook_has_the_scan_above_it():
    executor = FakeExecutor(FakeDoor())
    caller = FakeMacro("caller", executor=executor)
    outer = FakeMacro("ascan", executor=executor, parent=caller)
    inner = FakeMacro("dscan", executor=executor, parent=caller)
    executor._macro_stack = [caller, outer, inner]
    assert chain_of(inner) == [inner, outer, caller]


def test_a_macro_on_no_stack_has_its_parents_above_it():
    caller = FakeMacro("caller")
    assert chain_of(FakeMacro(parent=caller))[1:] == [caller]
    assert chain_of(None) == []


def test_an_environ_becomes_plain():
    moveable = ColumnDesc(name="mot01", label="mot01", dtype="float64")
    moveable.moveable, moveable.min_value, moveable.max_value = Motor(), 0, float("nan")
    counter = ColumnDesc(name="ct", label="ct01", shape=[3], data_units="", source="tango://h:1/ct/1/Value")
    macro = FakeMacro()
    macro.nb_points, macro.waypoints = 5, np.zeros((2, 1))
    macro._gScan = SimpleNamespace(_measurement_group=SimpleNamespace(getName=lambda: "mntgrp01"))
    plain = read_scan(
        macro,
        {
            "datadesc": [ColumnDesc(name="point_nb"), moveable, counter],
            "counters": ["ct"],
            "serialno": 42,
            "ScanFile": ["a.h5"],
            "preScanSnapShot": [
                ColumnDesc(name="s", label="ring", source="a/b/c/d", pre_scan_value=State.ON)
            ],
        },
    )
    assert (plain.scan_id, plain.nb_points, plain.waypoints, plain.group) == ("42", 5, 2, "mntgrp01")
    assert (plain.moveables[0].source, plain.moveables[0].maximum) == ("tango://h:1/motor/c/1/Position", None)
    assert (plain.counters[0].shape, plain.counters[0].unit) == ((3,), None)
    assert (plain.snapshot[0].label, plain.snapshot[0].value) == ("ring", "ON")


def test_an_environ_with_nothing_in_it_is_enough():
    plain = read_scan(FakeMacro(), {})
    assert (plain.title, plain.scan_id, plain.nb_points, plain.counters) == (None, None, None, ())


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float64(1.5), 1.5),
        (np.bool_(True), True),
        (State.ON, "ON"),
        ((1, [State.ON]), [1, ["ON"]]),
        ({1: np.int8(2)}, {"1": 2}),
        (None, None),
        ("text", "text"),
        (object, "<class 'object'>"),
    ],
)
def test_values_become_plain(value, plain):
    assert plain_value(value) == plain


def test_an_array_is_copied():
    array = np.zeros(3)
    assert plain_value(array) is not array
