"""Every kind of scan, run by a real Sardana, is committed to the spool as it was."""

import h5py
import pytest

from scizoo.services.pool import Pool
from tests.integration.sardana_recorders.spooled import Spooled
from tests.waiting import wait_for


def test_a_step_scan_is_told_in_full(spooled, door):
    run = door.run("ascan", "mot01", 0, 10, 5, 0.01)
    (scan,) = spooled.ended()

    assert (scan.status, scan.error, scan.type, scan.rank) == ("completed", None, "raw", 2)
    assert (scan.name, scan.title) == ("ascan", "ascan mot01 0.0 10.0 5 0.01")
    assert scan.parameters == ["mot01", "0.0", "10.0", "5", "0.01"]
    assert (scan.macro_id, scan.parents) == (run.macro_id, [])
    assert (scan.points_planned, scan.points_recorded, scan.points_empty) == (6, 6, 0)
    assert (scan.measurement_group, scan.scan_class) == ("mntgrp01", "SScan")
    assert (scan.source.program, scan.source.door) == ("sardana", "Door/rec/1")
    assert (scan.source.macro_server, scan.source.version) == ("macroserver/rec/1", "3.7.1")
    assert scan.start_time < scan.end_time
    (moveable,) = scan.moveables
    assert (moveable.label, moveable.min, moveable.max) == ("mot01", 0.0, 10.0)
    assert moveable.source.endswith("/motor/motctrl01/1/Position")
    assert [counter.label for counter in scan.counters] == ["ct01", "ct02", "ct03", "ct04"]
    assert scan.counters[0].source.endswith("/expchan/ctctrl01/1/Value")
    assert scan.preview.columns["mot01"] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert scan.preview.points_total == 6


def test_values_are_read_at_both_ends_and_failures_stand_beside_them(spooled, door):
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    (scan,) = spooled.ended()

    begin, end = scan.values_at_start["ring"]["lifetime"], scan.values["ring"]["lifetime"]
    assert begin.unit == end.unit == "h"
    assert begin.read_time < end.read_time
    assert {(failure.attribute, failure.phase) for failure in scan.failures if failure.device} == {
        ("nosuchattribute", "start"),
        ("nosuchattribute", "end"),
    }
    assert scan.selection.name == "trial"


def test_the_start_is_committed_twice_and_the_end_once(spooled, door):
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    (scan,) = spooled.ended()

    first, second = spooled.of(scan.pid, "started")
    assert (first.revision, second.revision) == (1, 2)
    assert first.title == second.title == scan.title
    assert "ring" in second.values_at_start
    assert [message.revision for message in spooled.of(scan.pid, "ended")] == [3]


def test_the_scan_is_booked_on_the_open_session(captured, door):
    def booked():
        """Scan until PathFixer has answered in time; one late answer makes ``cached``."""
        spooled = Spooled(captured.state_folder)
        door.run("ascan", "mot01", 0, 1, 2, 0.01)
        (scan,) = spooled.ended()
        return scan.context_origin == "live" and scan

    scan = wait_for(booked, 60, "a scan while PathFixer is heard")
    assert (scan.assignment, scan.proposal, scan.endstation) == ("assigned", "20250001", "main")


def test_the_shared_file_is_amended_when_the_scans_entry_has_its_end(captured, spooled, door):
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    (scan,) = spooled.ended()
    (told,) = scan.files
    assert (told.path, told.entry, told.role, told.complete) == (
        "scans.h5",
        f"entry{scan.scan_id}",
        "master",
        None,
    )

    amended = spooled.amended(scan.pid)

    assert (amended.part.name, amended.part.index, amended.part.of) == ("completion", 1, 1)
    assert amended.source_folder == scan.source_folder == str(captured.scan_dir)
    (file,) = amended.files
    assert (file.path, file.entry, file.complete) == (told.path, told.entry, True)
    assert file.size > 10_000 and file.time is not None
    with h5py.File(captured.scan_dir / "scans.h5", "r", locking=False) as data:
        assert "end_time" in data[file.entry]


def test_looking_for_the_end_of_a_file_never_costs_the_next_scan_its_file(spooled, door):
    for _ in range(15):  # each scan opens the file that we look into because of the one before
        door.run("ascan", "mot01", 0, 1, 1, 0.001)
    scans = spooled.ended(15)

    assert {scan.status for scan in scans} == {"completed"}
    assert all(spooled.amended(scan.pid).files[0].complete for scan in scans)


@pytest.mark.parametrize(
    ("macro", "planned", "moveables"),
    [
        (("mesh", "mot01", 0, 1, 2, "mot02", 0, 1, 1, 0.01, False), 6, ["mot01", "mot02"]),
        (("dscan", "mot01", -1, 1, 4, 0.01), 5, ["mot01"]),
        (("a2scan", "mot01", 0, 1, "mot02", 2, 3, 3, 0.01), 4, ["mot01", "mot02"]),
        (("timescan", 4, 0.02), 4, []),
        (("ascanct", "mot01", 0, 1, 9, 0.02), 10, ["mot01"]),
        (("meshct", "mot01", 0, 1, 4, "mot02", 0, 1, 1, 0.02, False), 10, ["mot01", "mot02"]),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_points_are_planned_and_counted_in_every_kind_of_scan(spooled, door, macro, planned, moveables):
    door.run(*macro)
    (scan,) = spooled.ended()

    assert (scan.status, scan.name, scan.points_planned) == ("completed", macro[0], planned)
    assert scan.points_recorded + scan.points_empty == planned
    assert scan.points_recorded >= 1
    assert [moveable.label for moveable in scan.moveables] == moveables
    assert scan.preview.points_total == scan.points_recorded


def test_a_scan_in_a_macro_names_its_parents_and_the_clients_id(spooled, door):
    run = door.run("scan_inside", 2)
    (scan,) = spooled.ended()

    assert [(parent.name, parent.command) for parent in scan.parents] == [
        ("scan_inside", "scan_inside 2"),
        ("scan_inside", "scan_inside 1"),
    ]
    assert (scan.name, scan.macro_id) == ("ascan", run.macro_id)


def test_a_scan_in_a_hook_leaves_the_outer_one_open(spooled, door):
    door.run("scan_with_hook", "scan")
    inner, outer = spooled.ended(2)

    assert (inner.title, outer.title) == ("ascan mot02 0.0 1.0 1 0.01", "ascan mot01 0.0 1.0 2 0.01")
    assert (inner.status, outer.status) == ("completed", "completed")
    assert (inner.points_recorded, outer.points_recorded) == (2, 3)
    assert inner.macro_id == outer.macro_id
    assert [parent.name for parent in inner.parents] == ["scan_with_hook", "ascan"]
    assert len(spooled.of(outer.pid, "ended")) == 1


def test_two_doors_scan_at_once(doors, spooled):
    first = doors[0].begin("ascan", "mot01", 0, 1, 20, 0.02)
    second = doors[1].begin("ascan", "mot02", 0, 1, 20, 0.02)
    assert (first.wait(60), second.wait(60)) == ("finish", "finish")

    scans = {scan.source.door: scan for scan in spooled.ended(2)}
    assert scans["Door/rec/1"].moveables[0].label == "mot01"
    assert scans["Door/rec/2"].moveables[0].label == "mot02"
    assert {scan.points_recorded for scan in scans.values()} == {21}
    assert {scan.status for scan in scans.values()} == {"completed"}


def test_custom_data_stand_in_their_group_also_before_the_start_and_after_the_end(spooled, door):
    door.run("scan_with_hook", "custom")
    (scan,) = spooled.ended()

    custom = scan.values["custom"]
    assert custom["before"].value == [1.5, "NaN"]
    assert custom["inside"].value == 7.1
    assert custom["after"].value == "later"
    assert [file.path for file in scan.files] == ["scans.h5"]
    assert scan.points_recorded == 3
    assert scan.status == "completed"


def test_sardanas_own_snapshot_stands_in_its_group(spooled, door):
    door.run(
        "senv", "PreScanSnapshot", "[('demo/sim/ring/current', 'ring'), ('demo/sim/slit-01/state', 'slit')]"
    )
    try:
        door.run("ascan", "mot01", 0, 1, 2, 0.01)
    finally:
        door.run("usenv", "PreScanSnapshot")
    (scan,) = spooled.ended()

    snapshot = scan.values_at_start["snapshot"]
    assert 300 < snapshot["ring"].value < 500
    assert snapshot["ring"].source == "demo/sim/ring/current"
    assert snapshot["ring"].unit == "mA"  # asked for in the background while the scan ran
    assert snapshot["slit"].value in ("ON", "MOVING", "STANDBY")


def test_without_a_scan_file_the_scan_is_captured_without_files(spooled, door):
    door.run("usenv", "ScanFile")
    try:
        door.run("ascan", "mot01", 0, 1, 2, 0.01)
    finally:
        door.run("senv", "ScanFile", "scans.h5")
    (scan,) = spooled.ended()

    assert (scan.status, scan.files, scan.source_folder) == ("completed", [], None)
    assert scan.assignment == "assigned"


@pytest.fixture
def by_reference(captured, doors):
    """The second Door counts on a camera that saves each image itself."""
    folder = captured.scan_dir / "images"
    folder.mkdir(exist_ok=True)
    door = doors[1]
    captured.proxy("twod01").SavingEnabled = True
    Pool(captured.tango_host, captured.pool).measurement_group("mntgrp03", "ct05", "twod01")
    wait_for(lambda: knows_the_group(door), 60, "mntgrp03 in the list of macro lsmeas")
    door.run("senv", f"{captured.door_names[1]}.ActiveMntGrp", "mntgrp03")
    door.run(
        "set_meas_conf", "ValueRefPattern", f"h5file://{folder}/img_{{index}}.h5::data", "twod01", "mntgrp03"
    )
    door.run("set_meas_conf", "ValueRefEnabled", "True", "twod01", "mntgrp03")
    yield door
    door.run("senv", f"{captured.door_names[1]}.ActiveMntGrp", "mntgrp02")


def knows_the_group(door):
    door.run("lsmeas")
    return "mntgrp03" in door.said()


def test_files_that_a_detector_writes_itself_are_told(captured, spooled, by_reference):
    by_reference.run("ascan", "mot01", 0, 1, 2, 0.02)
    (scan,) = spooled.ended()

    external = [file.path for file in scan.files if file.role == "external"]
    assert external == ["images/img_0.h5", "images/img_1.h5", "images/img_2.h5"]
    assert scan.detectors == ["twod01"]
    amended = {file.path: file for file in spooled.amended(scan.pid).files}
    for path in external:
        assert (amended[path].role, amended[path].complete) == ("external", True)
        assert amended[path].size == (captured.scan_dir / path).stat().st_size
