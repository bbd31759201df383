"""How far a running scan has come, as its HDF5 file says."""

from tests.bad_days.harness.scans import Scan
from tests.waiting import wait_for


def wait_for_points(scan: Scan, number: int, limit_s: float = 60) -> int:
    """Wait until so many points of a scan stand in its file, and return how many do."""

    def enough() -> int | None:
        return points if (points := _points(scan)) >= number else None

    found = wait_for(enough, limit_s, f"{number} points on the disk")
    assert found
    return found


def _points(scan: Scan) -> int:
    try:
        return scan.entry().points
    except (AssertionError, OSError, KeyError, RuntimeError):
        return 0  # no entry yet, or it is being written right now
