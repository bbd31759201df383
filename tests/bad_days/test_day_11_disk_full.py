"""Day 11: the disk of the spools is full; the reserve carries on, and then people are told the truth."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import tango

from scizoo.services.capture_devices import SCI_FISH
from tests.bad_days.harness import words
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.small_disk import SmallDisk, small_disk
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for

MEGABYTES = 8
HOST = ("scifish", "scifly", "sardana")
"""All that runs on the capture host."""
PART = f"SciFish {SCI_FISH}"
MOST_SCANS = 30


@pytest.fixture
def disk(beamline: TrialBeamline, tmp_path: Path) -> Iterator[SmallDisk]:
    """The state folder of the capture host lies on a disk of 8 MB."""
    with small_disk(tmp_path / "disk", MEGABYTES) as disk:
        try:
            _move(beamline, disk)
            yield disk
        finally:
            for name in HOST:
                beamline.service(name).wrapper = []
                beamline.stop(name)


def test_what_the_reserve_holds_survives_and_the_operator_knows(
    beamline: TrialBeamline, disk: SmallDisk
) -> None:
    first, on_reserve = beamline.scan(), list[Scan]()
    wait_for(lambda: _is_told(beamline, first), 30, "the last word about the scan and its file")
    disk.fill()
    while "NOT SAFE" not in _said_at(beamline, on_reserve):
        assert len(on_reserve) < MOST_SCANS, "a reserve ends"
    unsafe = on_reserve.pop()
    assert on_reserve, "the reserve takes at least one scan"
    wait_for(lambda: "full" in words.red_parts().get(PART, ""), 20, "the full disk in scizoo check")
    assert tango.DeviceProxy(SCI_FISH).State() == tango.DevState.ALARM
    for name in HOST:
        beamline.kill(name)
    disk.free()
    _start(beamline, disk)
    for scan in (*on_reserve, beamline.scan()):
        wait_for(lambda scan=scan: _status(beamline, scan) == "completed", 60, f"{scan} in the catalogue")
    assert _status(beamline, unsafe) in (None, "interrupted", "completed")
    wait_for(lambda: "full" not in words.red_parts().get(PART, ""), 30, "no alarm with space again")


def test_with_the_reserve_used_up_scans_go_on_and_each_is_told_that_it_is_not_safe(
    beamline: TrialBeamline, disk: SmallDisk
) -> None:
    disk.fill()
    disk.run("rm", str(disk.folder / "reserve"))
    disk.fill()
    safe: list[Scan] = []
    unsafe: list[Scan] = []
    while not unsafe:
        scan = beamline.scan()
        told = "NOT SAFE" in beamline.door.said("Warning")
        (unsafe if told else safe).append(scan)
        assert len(safe) < MOST_SCANS, "a full disk takes no more"
    wait_for(lambda: "full" in words.red_parts().get(PART, ""), 20, "the full disk in scizoo check")
    disk.free()
    safe.append(beamline.scan())
    assert "NOT SAFE" not in beamline.door.said("Warning")
    for scan in safe:
        wait_for(lambda scan=scan: _status(beamline, scan) == "completed", 60, f"{scan} in the catalogue")
    for scan in unsafe:
        assert _status(beamline, scan) in (None, "running", "interrupted", "completed")
    others = beamline.catalogues.new_pids() - {_pid(beamline, scan) for scan in (*safe, *unsafe)}
    told = [beamline.catalogues.dataset(pid) or {} for pid in others]
    assert all(each["source"]["program"] != "sardana" for each in told), told
    assert all(each["files"][0]["path"] == unsafe[0].file.name for each in told), told


def _said_at(beamline: TrialBeamline, scans: list[Scan]) -> str:
    """Run one more scan, unharmed, and return the warnings at the Door, which name the full disk."""
    scans.append(beamline.scan())
    said = beamline.door.said("Warning")
    assert "free space now" in said
    return said


def _is_told(beamline: TrialBeamline, scan: Scan) -> bool:
    """Tell whether nothing is to be committed any more, so that the reserve outlasts the filling.

    A reserve that is given up while somebody still fills the disk is soon gone as well.
    """
    document = beamline.catalogues.dataset(scan) or {}
    return bool(document.get("catalogued_at")) and all(file["complete"] for file in document["files"])


def _pid(beamline: TrialBeamline, scan: Scan) -> str | None:
    return (beamline.catalogues.dataset(scan) or {}).get("_id")


def _status(beamline: TrialBeamline, scan: Scan) -> str | None:
    document = beamline.catalogues.dataset(scan)
    return document and document["status"]


def _move(beamline: TrialBeamline, disk: SmallDisk) -> None:
    for name in HOST:
        beamline.stop(name)
    _start(beamline, disk)


def _start(beamline: TrialBeamline, disk: SmallDisk) -> None:
    for name in HOST:
        beamline.service(name).wrapper = disk.wrapper(beamline.parts.folder.path)
        beamline.start(name, SCIZOO_STATE=str(disk.folder))
