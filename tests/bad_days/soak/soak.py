"""Many scans while bad things happen, and the reckoning at the end."""

import logging
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import tango

from tests.bad_days.harness.scans import Entry, Scan
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.soak.chaos import Chaos
from tests.bad_days.soak.faults import MACRO_SERVER, Asked
from tests.bad_days.soak.testimony import Testimony, read_testimony
from tests.bad_days.soak.truth import Case, complaints
from tests.door import BUSY
from tests.waiting import wait_for

STUCK_S = 20.0
"""A scan that lasts longer has been held up by us; an ordinary one takes a second."""
POLL_S = 0.02
CATALOGUED_LIMIT_S = 90.0
LONGEST = 12
"""Points of the longest scans."""

log = logging.getLogger("soak")


@dataclass
class Soak:
    """Runs scans while a chaos goes on.

    Attributes
    ----------
    beamline, chaos
        Where, and what happens there.
    witness
        What the witness recorder writes.
    scans
        All that were begun.
    asked
        What the user asked of a scan, by its mark.
    """

    beamline: TrialBeamline
    chaos: Chaos
    witness: Path
    scans: list[Scan] = field(default_factory=list)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def run(self, number: int) -> None:
        """Run so many scans, one after the other, and end all that is going on."""
        for count in range(number):
            scan = self.beamline.begin_scan(points=3 + count % (LONGEST - 2))
            self.scans.append(scan)
            self._to_its_end(scan)
        self.chaos.end()

    def reckon(self) -> list[str]:
        """Wait until every scan that began is catalogued, and return what is not true."""
        told = read_testimony(self.witness)
        begun = [scan for scan in self.scans if _testimony(told, scan).begun]
        wait_for(lambda: not self._missing(begun), CATALOGUED_LIMIT_S, f"{len(begun)} scans catalogued")
        cases = [self._case(scan, _testimony(told, scan)) for scan in self.scans]
        log.warning("%s", self._summary(cases))
        found = [f"{case.scan.mark}: {text}" for case in cases for text in complaints(case)]
        pids = {case.dataset["_id"] for case in cases if case.dataset}
        found += [f"a dataset that nobody made: {pid}" for pid in self.beamline.catalogues.new_pids() - pids]
        for case in cases:
            if case.dataset:
                self.beamline.catalogues.true_dataset(case.scan, case.dataset["status"], STUCK_S)
        return found

    def _to_its_end(self, scan: Scan) -> None:
        limit = time.monotonic() + STUCK_S
        while not self._is_over(scan):
            fault = self.chaos.step()
            if fault == MACRO_SERVER:
                return
            if isinstance(fault, Asked):
                self.asked[scan.mark].add(fault.status)
            assert time.monotonic() < limit, f"scan {scan.mark} lasts longer than {STUCK_S:g} s"
            time.sleep(POLL_S)
        scan.wait(STUCK_S)

    def _is_over(self, scan: Scan) -> bool:
        """Tell whether a scan has ended; an idle Door counts where its event was lost."""
        door = scan.run.door
        if scan.macro_id in door.ended_at:
            return True
        state: tango.DevState = door.proxy.State()
        return state not in BUSY and time.monotonic() - scan.run.began_at > 2 * scan.usual_s + 1

    def _missing(self, begun: list[Scan]) -> list[str]:
        return [scan.mark for scan in begun if not self._is_catalogued(scan)]

    def _is_catalogued(self, scan: Scan) -> bool:
        dataset = self.beamline.catalogues.dataset(scan)
        return bool(dataset and dataset.get("catalogued_at") and dataset["status"] != "running")

    def _case(self, scan: Scan, testimony: Testimony) -> Case:
        dataset = self.beamline.catalogues.dataset(scan)
        return Case(scan, testimony, _entry(scan), dataset, frozenset(self.asked[scan.mark]))

    def _summary(self, cases: list[Case]) -> str:
        statuses = Counter(case.dataset["status"] if case.dataset else "never begun" for case in cases)
        happened = Counter(self.chaos.log)
        lines = [f"{number:4} {name}" for name, number in sorted(statuses.items())]
        lines += [f"{number:4} × {name}" for name, number in happened.most_common()]
        return "\n".join([f"{len(cases)} scans, seed {self.chaos.seed}:", *lines])


def _testimony(told: dict[str, Testimony], scan: Scan) -> Testimony:
    return next((said for title, said in told.items() if scan.mark in title), Testimony())


def _entry(scan: Scan) -> Entry | None:
    try:
        return scan.entry()
    except (AssertionError, OSError, KeyError):
        return None  # killed before its first point was on the disk
