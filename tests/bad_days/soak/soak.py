"""Many scans while bad things happen, and the reckoning at the end."""

import logging
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.scans import Entry, Scan
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.soak.chaos import Chaos
from tests.bad_days.soak.faults import MACRO_SERVER, Asked
from tests.bad_days.soak.testimony import Testimony, read_testimony
from tests.bad_days.soak.truth import Case, complaints
from tests.waiting import wait_for

STUCK_S = 20.0
"""A scan that lasts longer has been held up by us; an ordinary one takes a second."""
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
    cut_off
        The marks of scans whose server was killed.
    hung
        Of these, the marks of those over whose abort Sardana hung.
    """

    beamline: TrialBeamline
    chaos: Chaos
    witness: Path
    scans: list[Scan] = field(default_factory=list)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cut_off: set[str] = field(default_factory=set)
    hung: set[str] = field(default_factory=set)

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
        wait_for(lambda: not self._missing(begun), LIMIT_S, f"{len(begun)} scans catalogued")
        cases = [self._case(scan, _testimony(told, scan)) for scan in self.scans]
        log.warning("%s", self._summary(cases))
        found = [f"{case.scan.mark}: {text}" for case in cases for text in complaints(case)]
        pids = {case.dataset["_id"] for case in cases if case.dataset}
        found += [f"a dataset that nobody made: {pid}" for pid in self.beamline.catalogues.new_pids() - pids]
        found += self._about_hangs(cases)
        for case in cases:
            if case.dataset:
                self.beamline.catalogues.true_dataset(case.scan, case.dataset["status"], LIMIT_S)
        return found

    def _about_hangs(self, cases: list[Case]) -> list[str]:
        """Return what is not true of the scans over whose abort Sardana hung, or that there are too many."""
        aborts, hung = self.chaos.log.count("AbortMacro"), len(self.hung)
        found = [f"Sardana hung over {hung} of {aborts} aborts"] if hung > 1 + aborts / 10 else []
        for case in cases:
            if case.scan.mark in self.hung and case.dataset:
                status = case.dataset["status"]
                if status not in {"interrupted", *case.asked}:
                    found.append(f"{case.scan.mark}: {status}, but Sardana was killed over its abort")
        return found

    def _to_its_end(self, scan: Scan) -> None:
        limit = time.monotonic() + STUCK_S
        while not scan.run.is_over():
            begun = time.monotonic()
            if self._is_cut_off(scan):
                return
            limit += time.monotonic() - begun  # what happens to the services takes its time, too
            if time.monotonic() > limit:
                self._bear_or_complain(scan)
                return
        scan.wait(STUCK_S)

    def _bear_or_complain(self, scan: Scan) -> None:
        """Start a Sardana anew that hangs after an abort, as it does without us, too (decision 0088)."""
        assert "aborted" in self.asked[scan.mark], f"no end of {scan.mark} within {STUCK_S:g} s"
        log.warning("Sardana hangs over the abort of %s", scan.mark)
        self.hung.add(scan.mark)
        self.cut_off.add(scan.mark)
        if self.beamline.service(MACRO_SERVER.service).alive:
            self.beamline.kill(MACRO_SERVER.service)
        self.beamline.wait_dead(MACRO_SERVER.service)
        self.beamline.start(MACRO_SERVER.service)

    def _is_cut_off(self, scan: Scan) -> bool:
        """Let happen what is due, and tell whether it has ended the server in which a scan runs."""
        fault = self.chaos.step()
        if isinstance(fault, Asked):
            self.asked[scan.mark].add(fault.status)
        if fault == MACRO_SERVER:
            self.cut_off.add(scan.mark)
        return fault == MACRO_SERVER

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
        happened["Sardana hung over an abort"] = len(self.hung)
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
