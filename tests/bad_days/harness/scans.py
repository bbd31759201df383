"""Scans that a test runs, and what is true of them without us: Sardana's result and the HDF5 file."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

import h5py

from tests.door import Door, Run

WAITS_S = 0.5
"""``begin_wait`` and ``end_wait``: all that a capture may cost a scan."""
NOISE_S = 2.0
"""What a busy machine adds; everything that once harmed a scan cost more."""
COLUMN = "mot01"


@dataclass
class Scan:
    """One step scan; the end position makes its title unlike every other's.

    Attributes
    ----------
    mark
        The end position, in its title everywhere: in HDF5, in ``scizoo status``, in the catalogue.
    usual_s
        What such a scan takes with the recorder off, in seconds.
    """

    mark: str
    points: int
    file: Path
    run: Run
    usual_s: float
    result: str = ""
    duration_s: float = 0.0

    @property
    def macro_id(self) -> str:
        """Sardana's id of the macro."""
        return self.run.macro_id

    def wait(self, limit_s: float = 60) -> str:
        """Return how it ended: finish, stop, abort or exception."""
        self.result = self.run.wait(limit_s)
        self.duration_s = self.run.duration_s
        return self.result

    def entry(self) -> "Entry":
        """Return its entry in the HDF5 file.

        Raises
        ------
        AssertionError
            There is none, or more than one.
        """
        with h5py.File(self.file, "r", locking=False) as file:
            found = [Entry.read(name, group) for name, group in file.items() if _title(group, self.mark)]
        assert len(found) == 1, f"{len(found)} entries with {self.mark} in {self.file}"
        return found[0]

    def assert_unharmed(self) -> None:
        """Compare with a scan without us: result, every point and the end in HDF5, and the time it took."""
        entry = self.entry()
        assert self.result == "finish", f"ended by {self.result}: {self.run.error}"
        assert (entry.points, entry.ended) == (self.points, True), entry
        limit_s = self.usual_s + WAITS_S + NOISE_S
        assert self.duration_s <= limit_s, f"{self.duration_s:.2f} s, without us {self.usual_s:.2f} s"


@dataclass(frozen=True)
class Entry:
    """What HDF5 has of a scan: ``entry<ScanID>``."""

    name: str
    title: str
    points: int
    ended: bool

    @classmethod
    def read(cls, name: str, group: h5py.Group) -> "Entry":
        """Read it, also while it is being written."""
        column = group.get(f"measurement/{COLUMN}")
        return cls(name, _text(group["title"]), 0 if column is None else len(column), "end_time" in group)

    @property
    def scan_id(self) -> str:
        """Sardana's ScanID."""
        return self.name.removeprefix("entry")


class ScanMaker:
    """Begins scans with marks of their own."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def begin(self, door: Door, points: int, seconds: float, file: Path, usual_s: float) -> Scan:
        """Start ``ascan mot01 0 <mark> <points - 1> <seconds>``."""
        mark = f"{1 + next(self._numbers) / 10_000:.4f}1"
        run = door.begin("ascan", COLUMN, 0, mark, points - 1, seconds)
        return Scan(mark, points, file, run, usual_s)


def _title(group: h5py.Group | None, mark: str) -> bool:
    return group is not None and "title" in group and mark in _text(group["title"])


def _text(dataset: h5py.Dataset) -> str:
    value = dataset[()]
    return value.decode() if isinstance(value, bytes) else str(value)
