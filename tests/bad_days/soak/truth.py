"""What the catalogue must say of a scan, by what the witness and the HDF5 file say (pure)."""

from dataclasses import dataclass
from typing import Any

from tests.bad_days.harness.scans import Entry, Scan
from tests.bad_days.soak.testimony import Testimony


@dataclass(frozen=True)
class Case:
    """One scan, as everybody saw it.

    Attributes
    ----------
    testimony
        The witness's.
    entry
        In the HDF5 file; none when there is none.
    dataset
        In the catalogue; none when there is none.
    asked
        What the user asked for meanwhile: stopped, aborted. It may have come too late to count for
        Sardana, and in time for us, who still wait for the values of the end.
    """

    scan: Scan
    testimony: Testimony
    entry: Entry | None
    dataset: dict[str, Any] | None
    asked: frozenset[str] = frozenset()

    @property
    def must_be_there(self) -> bool:
        """Whether the scan had begun: the witness heard its start, or a point is in the file."""
        return self.testimony.begun or bool(self.entry and self.entry.points)


def complaints(case: Case) -> list[str]:
    """Return what is not true; empty when all is well."""
    if case.dataset is None:
        return ["lost"] if case.must_be_there else []
    found = [
        *_about_status(case, case.dataset["status"]),
        *_about_points(case, case.dataset),
    ]
    if case.dataset["assignment"] != "assigned":
        found.append(f"booked on nobody: {case.dataset['context_note']}")
    return found


def _about_status(case: Case, status: str) -> list[str]:
    wanted = case.testimony.status
    if wanted is not None:
        return [] if status in {wanted, *case.asked} else [f"{status}, but the witness says {wanted}"]
    if status == "interrupted":
        return ["interrupted, but its HDF5 file has its end"] if case.entry and case.entry.ended else []
    # We are told of an end before the witness is: killed in between, only we know of it.
    return [] if status in {"completed", *case.asked} else [f"{status}, but nobody has seen its end"]


def _about_points(case: Case, dataset: dict[str, Any]) -> list[str]:
    if dataset["status"] != "completed":
        return []
    said = dataset["points_recorded"]
    points = {"asked for": case.scan.points}
    if case.testimony.points is not None:
        points["witnessed"] = case.testimony.points
    if case.entry is not None and case.entry.ended:
        points["in HDF5"] = case.entry.points
    return [f"{said} points, but {number} {where}" for where, number in points.items() if number != said]
