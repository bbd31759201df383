"""Scans that a test runs, and what is true of them without us: Sardana's result and the HDF5 file."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.door import Door, MacroRun

WAITS_S = 0.5
"""``begin_wait`` and ``end_wait``: all that a capture may cost a scan."""
NOISE_S = 2.0
"""What a busy machine adds; everything that once harmed a scan cost more."""
NOISE = 1.0
"""The same in parts of a scan, for one that is long enough to become busier meanwhile."""
COLUMN = "mot01"


@dataclass
class Scan:
    """One step scan; the end position makes its title unlike every other's.

    Attributes
    ----------
    mark
        The end position, in its title everywhere: in HDF5, in ``scizoo status``, in the catalogue.
    usual
        Such a scan with the recorder off.
    warned
        What the Door warned of at its end.
    again
        Later tries of the same scan, since this one took too long.
    """

    mark: str
    points: int
    file: Path
    run: MacroRun
    usual: "Usual"
    result: str = ""
    duration_s: float = 0.0
    warned: str = ""
    again: list["Scan"] = field(default_factory=list)

    @property
    def macro_id(self) -> str:
        """Sardana's id of the macro."""
        return self.run.macro_id

    @property
    def tries(self) -> list["Scan"]:
        """This one, and those in which it was repeated: each is a scan and a dataset of its own."""
        return [self, *self.again]

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
        """Compare with a scan without us: result, all that its entry in HDF5 has, and the time it took."""
        self.assert_whole()
        self.usual.see_no_later(min(each.duration_s for each in self.tries))

    def assert_whole(self) -> None:
        """Compare all but the time: a busy machine may be late."""
        assert self.result == "finish", f"ended by {self.result}: {self.run.error}"
        self.see_the_usual_file()

    def see_the_usual_file(self) -> None:
        """Compare every point, the end, and all else that its entry in HDF5 has."""
        entry = self.entry()
        assert (entry.points, entry.ended) == (self.points, True), entry
        assert entry.positions == pytest.approx(np.linspace(0, float(self.mark), self.points))
        self.usual.see_the_same(entry)


Layout = dict[str, tuple[str, tuple[int, ...]]]
"""Type and shape of each dataset of an entry; the number of points stands as -1."""


@dataclass(frozen=True)
class Usual:
    """A scan with the recorder off: how long it takes, in seconds, and of what its entry consists."""

    seconds: float = 0.0
    layout: Layout = field(default_factory=dict)

    def see_the_same(self, entry: "Entry") -> None:
        """See that a scan with the recorder on has the same in HDF5."""
        different = set(entry.layout.items()) ^ set(self.layout.items())
        assert not different, f"not the same in HDF5 as without us: {sorted(different)}"

    def is_late(self, took_s: float) -> bool:
        """Tell whether such a scan took longer than by our waits."""
        return took_s > self.seconds + WAITS_S + max(NOISE_S, NOISE * self.seconds)

    def see_no_later(self, took_s: float) -> None:
        """See that such a scan took no longer than by our waits."""
        assert not self.is_late(took_s), f"{took_s:.2f} s, without us {self.seconds:.2f} s"


@dataclass(frozen=True)
class Entry:
    """What HDF5 has of a scan: ``entry<ScanID>``."""

    name: str
    title: str
    points: int
    ended: bool
    positions: tuple[float, ...] = ()
    layout: Layout = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, group: h5py.Group) -> "Entry":
        """Read it, also while it is being written."""
        column = group.get(f"measurement/{COLUMN}")
        positions = () if column is None else tuple(column)
        points = len(positions)
        return cls(
            name, _text(group["title"]), points, "end_time" in group, positions, _layout(group, points)
        )

    @property
    def scan_id(self) -> str:
        """Sardana's ScanID."""
        return self.name.removeprefix("entry")


class ScanMaker:
    """Begins scans with marks of their own."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def begin(
        self, door: Door, points: int, seconds: float, file: Path, usual: Usual, held_after: int
    ) -> Scan:
        """Start ``ascan mot01 0 <mark> <points - 1> <seconds>``, held after so many points if any."""
        mark = f"{1 + next(self._numbers) / 10_000:.4f}1"
        scan = ("ascan", COLUMN, 0, mark, points - 1, seconds)
        run = door.begin_held("post-step", held_after, *scan) if held_after else door.begin(*scan)
        return Scan(mark, points, file, run, usual)


def _layout(group: h5py.Group, points: int) -> Layout:
    found: Layout = {}

    def note(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            shape = tuple(-1 if size == points else size for size in item.shape)
            found[name] = (str(item.dtype), shape)

    group.visititems(note)
    return found


def _title(group: h5py.Group | None, mark: str) -> bool:
    return group is not None and "title" in group and mark in _text(group["title"])


def _text(dataset: h5py.Dataset) -> str:
    value = dataset[()]
    return value.decode() if isinstance(value, bytes) else str(value)
