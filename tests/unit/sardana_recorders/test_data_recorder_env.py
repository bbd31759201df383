import time

import pytest

from sardana_recorders.capture_report import flow_lines, switch_lines
from sardana_recorders.data_recorder_env import (
    Change,
    Setting,
    names_in,
    scope_of,
    switch,
    uncaptured_macros,
    winner,
)
from scifish.status.captures import CaptureState

DOOR = "Door/demo/1"
AT_DOOR = "door/demo/1.DataRecorder"  # Sardana keeps it in lower case


@pytest.mark.parametrize(
    ("environment", "scope", "change"),
    [
        ({}, "server", Change("DataRecorder", ("SciFishRecorder",))),
        ({}, "door", Change(f"{DOOR}.DataRecorder", ("SciFishRecorder",))),
        ({}, "ascan", Change("ascan.DataRecorder", ("SciFishRecorder",))),
        ({"DataRecorder": "Redis"}, "server", Change("DataRecorder", ("Redis", "SciFishRecorder"))),
        ({"DataRecorder": ["Redis"]}, "door", Change(f"{DOOR}.DataRecorder", ("Redis", "SciFishRecorder"))),
        ({"DataRecorder": ["SciFishRecorder"]}, "door", None),
        ({"DataRecorder": ["SciFishRecorder"], AT_DOOR: []}, "door", Change(AT_DOOR, None)),
        (
            {"DataRecorder": "Redis", AT_DOOR: []},
            "door",
            Change(f"{DOOR}.DataRecorder", ("SciFishRecorder",)),
        ),
    ],
)
def test_on_appends_our_name_once(environment, scope, change):
    assert switch(environment, DOOR, scope, on=True) == change


@pytest.mark.parametrize(
    ("environment", "scope", "change"),
    [
        ({}, "server", None),
        ({"DataRecorder": "SciFishRecorder"}, "server", Change("DataRecorder", ())),
        ({"DataRecorder": "SciFishRecorder"}, "door", Change(f"{DOOR}.DataRecorder", ())),
        ({"DataRecorder": ["SciFishRecorder", "Redis"]}, "door", Change(f"{DOOR}.DataRecorder", ("Redis",))),
        ({"DataRecorder": ["Redis"], AT_DOOR: ["Redis", "SciFishRecorder"]}, "door", Change(AT_DOOR, None)),
        ({"DataRecorder": ["SciFishRecorder"], AT_DOOR: []}, "door", None),
        ({"DataRecorder": ["SciFishRecorder"]}, "ascan", Change("ascan.DataRecorder", ())),
    ],
)
def test_off_takes_our_name_alone(environment, scope, change):
    assert switch(environment, DOOR, scope, on=False) == change


def test_the_nearest_setting_wins_also_when_it_is_empty():
    environment = {"DataRecorder": "SciFishRecorder", AT_DOOR: [], "ascan.DataRecorder": "Redis"}
    assert winner(environment, DOOR) == Setting(AT_DOOR, ())
    assert winner(environment, "Door/demo/2") == Setting("DataRecorder", ("SciFishRecorder",))
    assert winner(environment, DOOR, "ascan") == Setting("ascan.DataRecorder", ("Redis",))
    assert winner({}, DOOR) is None


def test_names_are_told_from_every_form_of_the_value():
    assert names_in("A") == ("A",)
    assert names_in(["A", "B"]) == names_in(("A", "B")) == ("A", "B")
    assert names_in([]) == names_in(None) == ()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("DataRecorder", "the server"),
        (AT_DOOR, "Door door/demo/1"),
        ("ascan.DataRecorder", "macro ascan"),
        ("door/demo/1.ascan.DataRecorder", "macro ascan on door/demo/1"),
    ],
)
def test_a_scope_has_words(key, words):
    assert scope_of(key) == words


def test_the_report_names_the_scope_that_wins_and_the_others():
    environment = {"DataRecorder": "SciFishRecorder", AT_DOOR: ["Redis"], "ScanID": 3}
    assert switch_lines(environment, DOOR) == [
        "Door/demo/1: scans are NOT captured: Redis (set for Door door/demo/1, without SciFishRecorder)",
        "  not counting here: SciFishRecorder (set for the server)",
        "Run: capture on",
    ]
    assert switch_lines({}, DOOR)[0].endswith("no DataRecorder is set. Run: capture on server")


def test_the_report_tells_the_newest_captures_of_the_door():
    facts = {"pid": "p/1", "phase": "ended", "status": "completed", "title": "ascan"}
    facts["committed_s"] = time.time() - 3.1
    mine = CaptureState(door="door/demo/1", state="waiting", reason="unknown proposal", **facts)
    assert flow_lines([mine], DOOR) == ["  ascan: completed, waiting: unknown proposal, 3 s ago"]
    assert flow_lines([], DOOR) == ["Door/demo/1: no capture is kept on this host yet"]


AT_MACRO, AT_BOTH = "ascan.DataRecorder", "door/demo/1.ascan.DataRecorder"
CAPTURED = {"DataRecorder": ["SciFishRecorder"]}


@pytest.mark.parametrize(
    ("own", "uncaptured"),
    [
        ({}, []),
        ({AT_MACRO: []}, [AT_MACRO]),
        ({AT_MACRO: ["Redis"]}, [AT_MACRO]),
        ({AT_MACRO: ["SciFishRecorder"]}, []),
        ({AT_BOTH: []}, [AT_BOTH]),
        ({AT_MACRO: [], AT_BOTH: ["SciFishRecorder"]}, []),
        ({AT_MACRO: ["SciFishRecorder"], AT_BOTH: []}, [AT_BOTH]),
        ({"door/demo/2.ascan.DataRecorder": []}, []),
        ({AT_DOOR: []}, []),
    ],
)
def test_macros_that_are_not_captured_on_a_door_are_known(own, uncaptured):
    found = uncaptured_macros({**CAPTURED, **own}, DOOR)
    assert [setting.key for setting in found] == uncaptured


def test_the_report_names_a_macro_that_is_not_captured_and_the_cure():
    assert switch_lines({**CAPTURED, AT_MACRO: []}, DOOR) == [
        "Door/demo/1: scans are captured: SciFishRecorder (set for the server)",
        "  scans of ascan are NOT captured: no recorder (set for macro ascan, without SciFishRecorder)."
        " Run: capture on ascan",
    ]


@pytest.mark.parametrize("own", [{AT_MACRO: []}, {AT_BOTH: []}, {AT_MACRO: ["Redis"], AT_BOTH: ["Redis"]}])
def test_the_cure_cures(own):
    environment = {**CAPTURED, **own}
    change = switch(environment, DOOR, "ascan", on=True)
    if change.names is None:
        del environment[change.key]
    else:
        environment[change.key] = list(change.names)
    assert uncaptured_macros(environment, DOOR) == []
