"""Day 11: the disk of the spools is full; the reserve carries on, and then people are told the truth."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import tango

from scizoo.services.capture_devices import SCI_FISH
from tests.bad_days.harness import words
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.small_disk import SmallDisk, small_disk
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.devices import device
from tests.name_space import in_a_name_space
from tests.waiting import wait_for

pytestmark = [*in_a_name_space(), pytest.mark.timeout(900)]

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
    first, on_reserve = beamline.scan().tries, list[Scan]()
    for scan in first:
        wait_for(partial(_is_told, beamline, scan), LIMIT_S, "the last word about the scan and its file")
    disk.fill()
    while not (unsafe := _one_more(beamline, on_reserve)):
        assert len(on_reserve) < MOST_SCANS, "a reserve ends"
    assert all("free space now" in scan.warned for scan in (*on_reserve, *unsafe))
    assert on_reserve, "the reserve takes at least one scan"
    assert beamline.status_of(on_reserve[-1])["end_time"], "status reads what the reserve has taken"
    words.wait_finding(PART, "full")
    assert device(SCI_FISH).State() == tango.DevState.ALARM
    for name in HOST:
        beamline.kill(name)
    disk.free()
    _start(beamline, disk)
    safe = [*first, *on_reserve, *beamline.scan().tries]
    _see_them_whole(beamline, safe)
    _see_nobody_else(beamline, safe, unsafe)
    for scan in unsafe:
        wait_for(partial(_is_over, beamline, scan), LIMIT_S, "an end, should its start have been kept")
        assert _status(beamline, scan) in (None, "interrupted", "completed")
    wait_for(lambda: "full" not in words.red_parts().get(PART, ""), LIMIT_S, "no alarm with space again")


def test_with_the_reserve_used_up_scans_go_on_and_each_is_told_that_it_is_not_safe(
    beamline: TrialBeamline, disk: SmallDisk
) -> None:
    disk.fill()
    disk.run("rm", str(disk.folder / "reserve"))
    disk.fill()
    safe: list[Scan] = []
    while not (unsafe := _one_more(beamline, safe)):
        assert len(safe) < MOST_SCANS, "a full disk takes no more"
    words.wait_finding(PART, "full")
    disk.free()
    assert not _one_more(beamline, safe), "space again"
    _see_them_whole(beamline, safe)
    for scan in unsafe:
        assert _status(beamline, scan) in (None, "running", "interrupted", "completed")
    _see_nobody_else(beamline, safe, unsafe)


def _see_them_whole(beamline: TrialBeamline, scans: list[Scan]) -> None:
    """See that each scan is one complete dataset in each catalogue."""
    for scan in scans:
        wait_for(lambda scan=scan: _is_told(beamline, scan), LIMIT_S, f"{scan} in the catalogue")
        beamline.catalogues.true_dataset(scan, "completed", LIMIT_S)


def _see_nobody_else(beamline: TrialBeamline, safe: list[Scan], unsafe: list[Scan]) -> None:
    """Only the file of a scan that was not safe may have been captured by SciFly."""
    others = beamline.catalogues.new_pids() - {_pid(beamline, scan) for scan in (*safe, *unsafe)}
    told = [beamline.catalogues.dataset(pid) or {} for pid in others]
    assert all(each["source"]["program"] != "sardana" for each in told), told
    assert all(each["files"][0]["path"] == unsafe[0].file.name for each in told), told


def _one_more(beamline: TrialBeamline, safe: list[Scan]) -> list[Scan]:
    """Run one more scan, unharmed; it is safe, or it is returned, as it is with all tries of it."""
    tries = beamline.scan().tries
    safe += [scan for scan in tries if "NOT SAFE" not in scan.warned]
    return [scan for scan in tries if "NOT SAFE" in scan.warned]


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


def _is_over(beamline: TrialBeamline, scan: Scan) -> bool:
    return _status(beamline, scan) != "running"


def _move(beamline: TrialBeamline, disk: SmallDisk) -> None:
    for name in HOST:
        beamline.stop(name)
    _start(beamline, disk)


def _start(beamline: TrialBeamline, disk: SmallDisk) -> None:
    for name in HOST:
        beamline.service(name).wrapper = disk.wrapper(beamline.parts.folder.path)
        beamline.start(name, SCIZOO_STATE=str(disk.folder))
