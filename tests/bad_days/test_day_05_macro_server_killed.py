"""Day 5: the MacroServer is killed (-9), wherever in a scan."""

import os
import signal
from pathlib import Path

from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.spans import patience
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for

LONG = 200


def test_killed_between_points_the_scan_is_interrupted_and_keeps_its_start_values(
    beamline: TrialBeamline,
) -> None:
    with patience(beamline):
        scan = beamline.begin_scan(points=LONG)
        wait_for_points(scan, 3)
    running = beamline.capture_of(scan)
    assert running and running.end_time is None
    beamline.kill("sardana")

    (dataset,) = beamline.expect_catalogued([scan], status="interrupted")
    wait_for(lambda: beamline.status_of(scan)["end_time"], LIMIT_S, "status tells the end")
    entry = scan.entry()
    assert 3 <= entry.points < LONG and not entry.ended  # the points so far, as without us
    assert dataset["values_at_start"] and not untold(dataset, "start")
    assert "ended without telling the end" in dataset["error"]
    (file,) = dataset["files"]
    assert (file["path"], file["entry"], file["complete"]) == ("scans.h5", entry.name, False)
    assert file["size"] == scan.file.stat().st_size

    beamline.start("sardana")
    beamline.catalogues.begin_test()
    beamline.expect_catalogued([beamline.scan()])  # the next one appends to the same file


def test_killed_after_the_end_was_told_the_scan_is_completed(beamline: TrialBeamline) -> None:
    with beamline.upset("sardana"):
        beamline.door.run("set_fault", "recorder.ended:kill")
        scan = beamline.begin_scan()
        beamline.wait_dead("sardana")

    wait_for(lambda: beamline.status_of(scan)["end_time"], LIMIT_S, "status tells the end")
    (dataset,) = beamline.expect_catalogued([scan])
    assert dataset["points_recorded"] == scan.points
    assert not untold(dataset)
    assert not scan.entry().ended  # we are told of the end before Sardana writes it
    assert dataset["files"][0]["complete"] is False


def test_killed_while_it_waits_for_end_values_the_scan_is_interrupted_as_in_its_file(
    beamline: TrialBeamline, tmp_path: Path
) -> None:
    """And a child that a macro forked lives on: the lock tells the death all the same."""
    beamline.door.run("fork_child", tmp_path / "child")
    child = int((tmp_path / "child").read_text())
    try:
        with beamline.upset("sardana"), patience(beamline):
            beamline.door.run("set_fault", "recorder.ending:kill")
            scan = beamline.begin_scan()
            beamline.wait_dead("sardana")

        (dataset,) = beamline.expect_catalogued([scan], status="interrupted")
        assert Path(f"/proc/{child}").exists()
    finally:
        os.kill(child, signal.SIGKILL)
    assert (scan.entry().points, scan.entry().ended) == (scan.points, False)
    assert dataset["values_at_start"]
