import gc
import weakref

from sardana_recorders.open_scans import OpenScans
from sardana_recorders.testing.fake_macro import FakeMacro


class Scan:
    def __init__(self, macro):
        self.macro = weakref.ref(macro)


def test_a_scan_of_another_macro_leaves_the_open_one_behind():
    scans, first, second = OpenScans(), FakeMacro(), FakeMacro()
    open_scan = Scan(first)
    assert scans.begin("door/1", open_scan, [first]) == []
    assert scans.begin("door/1", Scan(second), [second]) == [open_scan]
    assert scans.begin("door/1", Scan(second), [second]) == []  # it is told once


def test_a_nested_scan_leaves_the_outer_one_open():
    scans, outer, inner = OpenScans(), FakeMacro(), FakeMacro()
    scans.begin("door/1", Scan(outer), [outer])
    assert scans.begin("door/1", Scan(inner), [inner, outer]) == []


def test_another_door_says_nothing():
    scans, first, second = OpenScans(), FakeMacro(), FakeMacro()
    scans.begin("door/1", Scan(first), [first])
    assert scans.begin("door/2", Scan(second), [second]) == []


def test_a_scan_that_has_ended_is_not_open():
    scans, first, second = OpenScans(), FakeMacro(), FakeMacro()
    ended = Scan(first)
    scans.begin("door/1", ended, [first])
    scans.end("door/1", ended)
    scans.end("door/1", ended)
    assert scans.begin("door/1", Scan(second), [second]) == []


def test_a_macro_that_is_gone_cannot_be_in_a_chain():
    scans, macro = OpenScans(), FakeMacro()
    orphan = Scan(macro)
    scans.begin("door/1", orphan, [macro])
    del macro
    gc.collect()
    later = FakeMacro()
    assert scans.begin("door/1", Scan(later), [later]) == [orphan]
