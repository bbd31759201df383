"""The beamline on which bad days happen: real parts, a session, a selection, and words for tests."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tango
import yaml

from consumers.testing.scicat_server import ScicatServer
from pathfixer.client import PathFixerClient
from pathfixer.following.scan_dir import GLOBAL
from pathfixer.sardana import MacroServerEnvironment
from scidog.client import SciDogClient
from scizoo.demo.selection import SELECTION
from scizoo.services import catalogue
from scizoo.services.beamline import Beamline, Options
from scizoo.services.capture_devices import PATH_FIXER, SCI_DOG, SCI_FISH
from scizoo.services.site import Site
from tests.bad_days.harness import words
from tests.bad_days.harness.catalogue import Catalogues, Document, Wanted
from tests.bad_days.harness.outages import Outages
from tests.bad_days.harness.sardana_trials import add_trial_plugins
from tests.bad_days.harness.scans import Scan, ScanMaker
from tests.door import Door
from tests.waiting import wait_for

USERNAME, PROPOSAL = "carlcarl", "20260101"
SCICAT_USER, SCICAT_PASSWORD = "ingestor", "aman"
POINTS, SECONDS = 5, 0.05
SHORT_SPANS = {"ResendAfter": "3", "ResendLongest": "12"}
SESSION_TIMEOUT_S = 6.0
CONSUMERS = ("scicow-mongodb", "scicow-scicat")
LIMIT_S = 60.0
SHOWN = 50
"""So many captures a SciFish shows of its newest."""


class TrialBeamline(Outages):
    """A whole beamline with Apache Kafka, MongoDB and SciCat, and what a test wants to do with it.

    Spans that production counts in hours are seconds here: a message without a final answer is sent
    again after 3 s (doubling to 12 s), a silent consumer loses its partitions after 6 s.

    Attributes
    ----------
    parts
        The services as ``scizoo`` starts them.
    scicat
        SciCat's stand-in; its ``always`` and ``well`` make it ill.
    """

    def __init__(self, folder: Path) -> None:
        self.scicat = ScicatServer({SCICAT_USER: SCICAT_PASSWORD})
        os.environ.update(SCICAT_USER=SCICAT_USER, SCICAT_PASSWORD=SCICAT_PASSWORD)
        site = Site(folder / "state", folder / "data")
        self.parts = Beamline(site, Options(broker="kafka", scicat_url=self.scicat.url))
        add_trial_plugins(self.parts.sardana)
        self.usual_s = 0.0
        self._scans = ScanMaker()
        self._doors: dict[int, Door] = {}

    def set_up(self) -> None:
        """Start everything, open a session, and measure a scan without us."""
        self.scicat.__enter__()
        self.parts.start()
        super().__init__(self.parts.started)
        self.catalogues = Catalogues(self.parts.mongod, self.scicat)
        self._shorten_spans()
        dog = SciDogClient(SCI_DOG)
        dog.switch(dog.save(SELECTION).name)
        self._measure_usual_scan()
        self.open_session()

    def close(self) -> None:
        """Stop everything."""
        self.catalogues.close()
        self.parts.stop()
        self.scicat.__exit__(None, None, None)

    @property
    def door(self) -> Door:
        """The Door, in the present life of Sardana."""
        pid = self.parts.sardana.pid or 0
        if pid not in self._doors:
            self._doors = {pid: Door(self.parts.sardana.address)}
        return self._doors[pid]

    @property
    def configuration(self) -> Path:
        """Return the consumers' configuration file."""
        return catalogue.configuration_file(self.parts.folder.path)

    @property
    def scan_dir(self) -> Path:
        """Return the folder of the session's scans."""
        return Path(MacroServerEnvironment(self.parts.sardana.macro_server).scan_dirs()[GLOBAL] or "")

    def begin_scan(self, points: int = POINTS, seconds: float = SECONDS) -> Scan:
        """Start a scan and return at once."""
        usual_s = self.usual_s * points / POINTS + points * max(0.0, seconds - SECONDS)
        return self._scans.begin(self.door, points, seconds, self.scan_dir / "scans.h5", usual_s)

    def scan(self, points: int = POINTS, seconds: float = SECONDS) -> Scan:
        """Run a scan to its end, and see that we did it no harm."""
        scan = self.begin_scan(points, seconds)
        scan.wait()
        scan.assert_unharmed()
        return scan

    def scans(self, number: int) -> list[Scan]:
        """Run so many scans."""
        return [self.scan() for _ in range(number)]

    def scan_until(self, condition: Callable[[Document], bool], limit_s: float = 30) -> None:
        """Scan until a dataset is so, and forget those scans."""
        self.catalogues.begin_test()

        def is_so() -> bool:
            (dataset,) = self.expect_catalogued([self.scan()])
            self.catalogues.begin_test()
            return condition(dataset)

        wait_for(is_so, limit_s, "a dataset as it should be")

    def pid_of(self, scan: Scan, limit_s: float = 10) -> str:
        """Return the pid of a scan's capture, out of ``scizoo status``."""
        return str(self.status_of(scan, limit_s)["pid"])

    def status_of(self, wanted: Wanted, limit_s: float = 10) -> dict[str, Any]:
        """Return what ``scizoo status --json`` says of a scan or a pid."""
        found = wait_for(partial(_rows_of, wanted), limit_s, f"{wanted} in status")
        assert len(found) == 1, found
        return found[0]

    def wait_status(self, wanted: Wanted, state: str, limit_s: float = 30) -> None:
        """Wait until ``scizoo status`` says so."""
        wait_for(lambda: self.status_of(wanted)["state"] == state, limit_s, f"status {state} of {wanted}")

    def in_mongodb(self, wanted: Wanted) -> bool:
        """Tell whether MongoDB has the whole dataset of a scan or a pid."""
        return (self.catalogues.dataset(wanted) or {}).get("catalogued_at") is not None

    def expect_catalogued(
        self, wanted: Sequence[Wanted], status: str = "completed", limit_s: float = 30
    ) -> list[Document]:
        """See that the catalogues end with exactly one complete dataset for each, and no other.

        Parameters
        ----------
        wanted
            All scans and pids that the test has made.
        status
            The true one: completed, stopped, aborted, failed or interrupted.
        """
        documents = self.catalogues.expect(wanted, status, limit_s)
        pids = {each["_id"] for each in documents if each["assignment"] == "assigned"}
        wait_for(partial(_all_catalogued, pids), limit_s, f"status catalogued of {len(pids)} captures")
        return documents

    def set_properties(self, device: str, **values: str) -> None:
        """Give a device other properties; they hold from its next start or Init."""
        tango.Database().put_device_property(device, {name: [value] for name, value in values.items()})

    def configure_consumers(self, section: str, **values: Any) -> None:
        """Change a section of the consumers' configuration; it holds from their next start."""
        described = yaml.safe_load(self.configuration.read_text())
        described[section].update(values)
        self.configuration.write_text(yaml.safe_dump(described, sort_keys=False))

    def open_session(self) -> None:
        """Open the session of the proposal and wait until Sardana saves there."""
        fixer = PathFixerClient(PATH_FIXER)
        fixer.open_session(USERNAME, PROPOSAL)
        path = Path(fixer.session().sample_path)
        wait_for(lambda: self.scan_dir == path, LIMIT_S, "ScanDir in the session's path")

    def heal(self) -> None:
        """End every bad thing, and wait until the beamline is ready to measure and has nothing to send."""
        self.scicat.well, self.scicat.always, self.scicat.faults = True, None, {}
        died = self.died_by_themselves()
        self.heal_services()
        if PathFixerClient(PATH_FIXER).session().state != "open":
            self.open_session()
        wait_for(self._is_quiet, LIMIT_S, "an idle Door, and everything sent")
        assert not died, f"died by themselves: {died}, see {self.parts.folder.real / 'logs'}"

    def _is_quiet(self) -> bool:
        try:
            fish = tango.DeviceProxy(SCI_FISH)
            pending, broker = (item.value for item in fish.read_attributes(["Pending", "Broker"]))
        except tango.DevFailed:  # a Tango database that was just restarted
            return False
        idle = self.door.proxy.State() not in (tango.DevState.RUNNING, tango.DevState.STANDBY)
        return idle and pending == 0 and str(broker).startswith("ready")

    def _shorten_spans(self) -> None:
        self.set_properties(SCI_FISH, **SHORT_SPANS)
        tango.DeviceProxy(SCI_FISH).Init()
        self.configure_consumers("kafka", session_timeout_s=SESSION_TIMEOUT_S)
        self.configure_consumers("state_database", timeout_s=2)
        self.configure_consumers("mongodb", timeout_s=2)
        self.configure_consumers("scicat", timeout_s=2, settle_s=1)
        for name in CONSUMERS:
            self.restart(name)

    def _measure_usual_scan(self) -> None:
        """Run scans without us, where SciFly does not look: it would capture the file that no scan names."""
        self.door.run("senv", "ScanDir", self.parts.folder.data("usual"))
        self.door.run("capture", "off")
        for _ in range(2):  # the first one loads Sardana's recorders and makes the file
            scan = self.begin_scan()
            scan.wait()
            self.usual_s = scan.duration_s
        self.door.run("capture", "on")


def _rows_of(wanted: Wanted) -> list[dict[str, Any]]:
    return [row for row in words.status() if _is(row, wanted)]


def _is(row: dict[str, Any], wanted: Wanted) -> bool:
    return row["pid"] == wanted if isinstance(wanted, str) else wanted.mark in (row["title"] or "")


def _all_catalogued(pids: set[str]) -> bool:
    """Tell whether ``scizoo status`` says so of all these, or of as many as a SciFish shows."""
    states = [row["state"] for row in words.status() if row["pid"] in pids]
    return len(states) >= min(len(pids), SHOWN) and set(states) <= {"catalogued"}
