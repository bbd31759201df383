"""The beamline on which bad days happen: real parts, a session, a selection, and words for tests."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import tango
import yaml

from consumers.testing.scicat_server import ScicatServer
from pathfixer.errors import CommandError, MacroServerError
from pathfixer.following.scan_dir import GLOBAL
from sardana_recorders.data_recorder_env import winner
from scifish.selection import Selection
from scifish.session import Session
from scifish.state_folder import StateFolder
from scifish.status.captures import CaptureState, list_captures
from scizoo.demo.selection import SELECTION
from scizoo.services import catalogue
from scizoo.services.beamline import Beamline, Options
from scizoo.services.capture_devices import SCI_FISH
from scizoo.services.site import Site
from tests.bad_days.harness import words
from tests.bad_days.harness.catalogue import Catalogues, Document, Wanted
from tests.bad_days.harness.clients import PathFixer, environment_of, sci_dog
from tests.bad_days.harness.devices import init
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.outages import Outages
from tests.bad_days.harness.sardana_trials import add_trial_plugins
from tests.bad_days.harness.scans import Scan, ScanMaker, Usual
from tests.bad_days.harness.selected import unheard
from tests.devices import device
from tests.door import BUSY, Door
from tests.waiting import wait_for

USERNAME, PROPOSAL = "carlcarl", "20260101"
SCICAT_USER, SCICAT_PASSWORD = "ingestor", "aman"
POINTS, SECONDS = 5, 0.05
TRIES = 3
"""Harm by us comes each time; that a busy machine stands still does not."""
SHORT_SPANS = {"ResendAfter": "3", "ResendLongest": "12"}
SESSION_TIMEOUT_S = 6.0
CONSUMERS = ("scicow-mongodb", "scicow-scicat")
MACRO_LIMIT_S = 60.0
SHOWN = 50
"""So many captures a SciFish shows of its newest."""

States = list[tuple[str, str]]
"""Pids, and how far each has come."""


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
        self.catalogues = Catalogues(self.parts.mongod, self.scicat)
        add_trial_plugins(self.parts.sardana)
        self.usual = Usual()
        self._scans = ScanMaker()
        self._doors: dict[int, Door] = {}
        self._is_usual = True
        """The active selection."""

    def set_up(self) -> None:
        """Start everything, open a session, and measure a scan without us."""
        self.scicat.__enter__()
        self.parts.start()
        super().__init__(self.parts.started)
        self._shorten_spans()
        self.select(SELECTION)
        self._is_usual = True
        self._measure_usual_scan()
        self.open_session()

    def begin_test(self) -> None:
        """Be ready: the recorder hears all that it reads, and what comes from now on is the test's."""
        if self.disturbed & {"simulation", "tango-db"}:
            self._scan_until_devices_are_heard()
        self.disturbed.clear()
        self.catalogues.begin_test()

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
        return Path(self._environment().get(GLOBAL) or "")

    def begin_scan(self, points: int = POINTS, seconds: float = SECONDS, held_after: int = 0) -> Scan:
        """Start a scan and return at once; one that is held, when it has so many points."""
        usual_s = self.usual.seconds * points / POINTS + points * max(0.0, seconds - SECONDS)
        usual = replace(self.usual, seconds=usual_s)
        file = self.scan_dir / "scans.h5"
        return self._scans.begin(self.door, points, seconds, file, usual, held_after)

    def scan(self, upset: Callable[[], object] = lambda: None) -> Scan:
        """Run a scan to its end, and see that we did it no harm; one that took too long is run again.

        Parameters
        ----------
        upset
            Brings about what shall happen to each try, where that passes by itself.
        """
        tries = [self._whole_scan(upset)]
        while self.usual.is_late(tries[-1].duration_s) and len(tries) < TRIES:
            self._measure_again()
            tries.append(self._whole_scan(upset))
        first, *first.again = tries
        first.usual = self.usual
        first.assert_unharmed()
        return first

    def scans(self, number: int, upset: Callable[[], object] = lambda: None) -> list[Scan]:
        """Run so many scans."""
        return [self.scan(upset) for _ in range(number)]

    def _whole_scan(self, upset: Callable[[], object]) -> Scan:
        upset()
        scan = self.begin_scan()
        scan.wait()
        scan.assert_whole()
        scan.warned = self.door.said("Warning")
        return scan

    @contextmanager
    def without_us(self) -> Iterator[None]:
        """``with beamline.without_us():`` scans are not captured, and are again at the end."""
        self.door.run("capture", "off")
        yield
        self.door.run("capture", "on")

    @contextmanager
    def fault_in_sardana(self, fault: str) -> Iterator[None]:
        """``with beamline.fault_in_sardana("recorder.ended:raise"):`` upsets the running MacroServer once."""
        with self.upset("sardana"):
            self.door.run("set_fault", fault)
            yield
            self.door.run("set_fault", "off")

    def scan_until(self, condition: Callable[[Document], bool], limit_s: float = LIMIT_S) -> Scan:
        """Scan until a dataset is so, forget those scans, and return the last one."""
        self.catalogues.begin_test()

        def is_so() -> Scan | None:
            scan = self.scan()
            (dataset,) = self.expect_catalogued([scan])
            self.catalogues.begin_test()
            return scan if condition(dataset) else None

        scan = wait_for(is_so, limit_s, "a dataset as it should be")
        assert scan
        return scan

    def pid_of(self, scan: Scan, limit_s: float = LIMIT_S) -> str:
        """Return the pid of a scan's capture, out of ``scizoo status``."""
        return str(self.status_of(scan, limit_s)["pid"])

    def status_of(self, wanted: Wanted, limit_s: float = LIMIT_S) -> dict[str, Any]:
        """Return what ``scizoo status --json`` says of a scan or a pid; it may say nothing too much."""
        found = wait_for(partial(_rows_of, wanted), limit_s, f"{wanted} in status")
        assert len(found) == 1, found
        self.catalogues.see_what_status_says(found[0])
        return found[0]

    def capture_of(self, scan: Scan) -> CaptureState | None:
        """Return what ``scizoo status`` would say of a running scan, sooner than its process can start."""
        return next((each for each in self.captures() if scan.mark in each.title), None)

    def captures(self) -> list[CaptureState]:
        """Return the newest captures of the host."""
        return list_captures(StateFolder(self.parts.folder.capture_host))

    def wait_status(self, wanted: Wanted, state: str, limit_s: float = LIMIT_S) -> None:
        """Wait until ``scizoo status`` says so."""
        wait_for(lambda: self.status_of(wanted)["state"] == state, limit_s, f"status {state} of {wanted}")

    def in_mongodb(self, wanted: Wanted) -> bool:
        """Tell whether MongoDB has the whole dataset of a scan or a pid."""
        return (self.catalogues.dataset(wanted) or {}).get("catalogued_at") is not None

    def expect_catalogued(
        self, wanted: Sequence[Wanted], status: str = "completed", limit_s: float = LIMIT_S
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
        for scan in (each for each in wanted if isinstance(each, Scan)):
            tries = self.catalogues.pids_of(scan)
            pids |= tries if tries & pids else set()
        what = f"status catalogued of {len(pids)} captures"
        wait_for(lambda: _all_catalogued(pids, self._states()), limit_s, what)  # costs no process
        wait_for(lambda: _all_catalogued(pids, _states_said()), limit_s, what)
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
        fixer = PathFixer()
        fixer.open_session(USERNAME, PROPOSAL)
        self.wait_scan_dir(Path(fixer.session().sample_path))

    def wait_scan_dir(self, path: Path) -> None:
        """Wait until Sardana saves in a folder."""
        wait_for(lambda: self.scan_dir == path, LIMIT_S, f"ScanDir {path}")

    def select(self, selection: Selection) -> None:
        """Save a selection and make it the active one, until the test ends."""
        self._is_usual = False
        dog = sci_dog()
        dog.switch(dog.save(selection).name)

    def selected(self) -> str:
        """Return the name of the selection that the capture host's producers know."""
        [path] = self.parts.folder.capture_host.glob("selection-*.json")
        return str(json.loads(json.loads(path.read_text())["text"])["name"])

    def heal(self) -> None:
        """End every bad thing, and wait until the beamline is ready to measure and has nothing to send."""
        self.scicat.well, self.scicat.always, self.scicat.faults = True, None, {}
        died = self.died_by_themselves()
        self.heal_services()
        self._end_macros()
        self._heal_what_is_set()
        wait_for(self._is_quiet, LIMIT_S, "everything sent")
        assert not died, f"died by themselves: {died}, see {self.parts.folder.real / 'logs'}"

    def _end_macros(self) -> None:
        """Wait for what still runs at the Door; a scan that nobody lets go on ends with its server."""
        try:
            wait_for(self._is_idle, MACRO_LIMIT_S, "an idle Door")
        except AssertionError:
            self.restart("sardana")

    def _heal_what_is_set(self) -> None:
        """Put back what a test that failed has left: the recorder, the session and the selection."""
        setting = winner(self._environment(), self.parts.sardana.address)
        if not (setting and setting.captures):
            self.door.run("capture", "on")
        session = wait_for(self._session, LIMIT_S, "PathFixer's session")
        if (session.state, session.proposal, session.sample or "") != ("open", PROPOSAL, ""):
            self.open_session()
        if not self._is_usual:
            sci_dog().switch(SELECTION.name)
            self.scan_until(lambda dataset: dataset["selection"]["name"] == SELECTION.name)
            self._is_usual = True

    def _session(self) -> Session | None:
        with suppress(CommandError, tango.DevFailed):  # a Tango database that was just restarted
            return PathFixer().session()
        return None

    def _environment(self) -> dict[str, Any]:
        """Return the environment of Sardana, which answers late on a busy machine."""
        environment = environment_of(self.parts.sardana.macro_server)

        def read() -> dict[str, Any] | None:
            with suppress(MacroServerError):
                return environment.read()
            return None

        return wait_for(read, LIMIT_S, "the environment of Sardana") or {}

    def _is_idle(self) -> bool:
        with suppress(tango.DevFailed):
            return self.door.proxy.State() not in BUSY
        return False

    def _is_quiet(self) -> bool:
        with suppress(tango.DevFailed):
            pending, broker = (item.value for item in device(SCI_FISH).read_attributes(["Pending", "Broker"]))
            return self._is_idle() and pending == 0 and str(broker).startswith("ready")
        return False

    def _shorten_spans(self) -> None:
        self.set_properties(SCI_FISH, **SHORT_SPANS)
        init(SCI_FISH)
        self.configure_consumers("kafka", session_timeout_s=SESSION_TIMEOUT_S)
        self.configure_consumers("state_database", timeout_s=2)
        self.configure_consumers("mongodb", timeout_s=2)
        self.configure_consumers("scicat", timeout_s=2, settle_s=1)
        for name in CONSUMERS:
            self.restart(name)

    def _measure_usual_scan(self) -> None:
        """Run scans without us, where SciFly does not look: it would capture the file that no scan names."""
        self.door.run("senv", "ScanDir", self.parts.folder.data("usual"))
        with self.without_us():
            for _ in range(2):  # the first one loads Sardana's recorders and makes the file
                scan = self.begin_scan()
                scan.wait()
                self.usual = Usual(scan.duration_s, scan.entry().layout)

    def _measure_again(self) -> None:
        """See how long a scan without us takes by now: a machine may stay as busy for a while."""
        scan_dir, seconds = self.scan_dir, self.usual.seconds
        self._measure_usual_scan()
        self.usual = replace(self.usual, seconds=max(seconds, self.usual.seconds))
        self.door.run("senv", "ScanDir", scan_dir)
        self.wait_scan_dir(scan_dir)

    def _states(self) -> States:
        return [(each.pid, each.state) for each in self.captures()]

    def _scan_until_devices_are_heard(self) -> None:
        """Let the recorder hear all it reads: it waits for no device that was silent, until it answers.

        The first such scan also claims its file: one that no scan has named SciFly takes for a dataset.
        """
        self.scan_until(lambda dataset: not unheard(dataset))


def _rows_of(wanted: Wanted) -> list[dict[str, Any]]:
    return [row for row in words.status() if _is(row, wanted)]


def _is(row: dict[str, Any], wanted: Wanted) -> bool:
    return row["pid"] == wanted if isinstance(wanted, str) else wanted.mark in (row["title"] or "")


def _states_said() -> States:
    return [(row["pid"], row["state"]) for row in words.status()]


def _all_catalogued(pids: set[str], told: States) -> bool:
    """Tell whether all these are said to be catalogued, or as many as a SciFish shows."""
    states = [state for pid, state in told if pid in pids]
    return len(states) >= min(len(pids), SHOWN) and set(states) <= {"catalogued"}
