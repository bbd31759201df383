"""The demo's story: a session, a scan, a file, and both of them in the catalogue."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from rich.console import Console

from pathfixer.client import PathFixerClient
from pathfixer.following.scan_dir import GLOBAL
from pathfixer.sardana import MacroServerEnvironment
from scidog.client import SciDogClient
from scifish.status.captures import CaptureState
from scizoo.capture_hosts import newest_first, report_hosts
from scizoo.demo.display import show_dataset
from scizoo.demo.outcome import Document, is_catalogued, outcome_line, scan_last
from scizoo.demo.selection import SELECTION
from scizoo.services.beamline import Beamline
from scizoo.services.capture_devices import PATH_FIXER, SCI_DOG
from scizoo.services.errors import ServiceError
from scizoo.services.waiting import wait_until

USERNAME, PROPOSAL = "carlcarl", "20260101"
SCAN = ("ascan", "mot01", 0, 1, 10, 0.1)
EXPECTED = 2
LIMIT_S = 30.0


class Story:
    """Plays on a beamline that is up, and tells a person at each step what happens.

    Parameters
    ----------
    beamline
        Started; nothing but the story runs on it.
    console
        Where it is told.
    """

    def __init__(self, beamline: Beamline, console: Console) -> None:
        self._beamline = beamline
        self._console = console
        client: MongoClient[dict[str, Any]] = MongoClient(beamline.mongod.address, tz_aware=True)
        self._datasets = client["scizoo"]["datasets"]

    def play(self) -> None:
        """Do all of it.

        Raises
        ------
        ServiceError, CommandError, ScidogError
            A step did not end as it should; the text says which and why.
        """
        with self._step("choosing what is captured (SciDog)"):
            self._choose_selection()
        with self._step(f"opening a session for proposal {PROPOSAL} (PathFixer)"):
            self._open_session()
        with self._step(f"running {' '.join(map(str, SCAN))} on {self._beamline.sardana.address}"):
            self._scan()
        with self._step("saving a file as an acquisition program would"):
            self._save_file()
        with self._step("waiting for both datasets in the catalogue"):
            documents = self._wait_for_datasets()
        with self._step("waiting for the receipts at the beamline (SciFish)"):
            self._wait_for_receipts()
        for document in documents:
            show_dataset(document, self._console)
        for document in documents:
            self._console.print(outcome_line(document), highlight=False, soft_wrap=True)

    def _choose_selection(self) -> None:
        dog = SciDogClient(SCI_DOG)
        saved = dog.save(SELECTION)
        dog.switch(saved.name)
        self._tell(f"selection {saved.name!r}, revision {saved.revision}, {len(saved.entries)} entries")

    def _open_session(self) -> None:
        fixer = PathFixerClient(PATH_FIXER)
        for warning in fixer.open_session(USERNAME, PROPOSAL):
            self._tell(f"to see to: {warning}")
        path = fixer.session().sample_path
        macro_server = MacroServerEnvironment(self._beamline.sardana.macro_server)
        wait_until(lambda: macro_server.scan_dirs()[GLOBAL] == path, LIMIT_S, "ScanDir in the session's path")
        self._tell(f"ScanDir follows: {path}")

    def _scan(self) -> None:
        door = self._beamline.sardana.door()
        door.run("capture", "on")
        door.run(*SCAN)
        for line in door.proxy.read_attribute("Warning").value or ():
            self._tell(line)

    def _save_file(self) -> None:
        path = Path(PathFixerClient(PATH_FIXER).session().sample_path)
        command = [sys.executable, "-m", "scizoo.demo.acquisition", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        if done.returncode:
            raise ServiceError(f"the acquisition program failed: {done.stderr.strip()}")

    def _wait_for_datasets(self) -> list[Document]:
        """Return the datasets once all are catalogued; there must be exactly those expected."""
        wait_until(lambda: self._catalogued() >= EXPECTED, LIMIT_S, f"{EXPECTED} catalogued datasets")
        documents: list[Document] = list(self._datasets.find())
        if len(documents) != EXPECTED:
            titles = ", ".join(str(document.get("title")) for document in documents)
            raise ServiceError(f"{len(documents)} datasets are there instead of {EXPECTED}: {titles}")
        return scan_last(documents)

    def _wait_for_receipts(self) -> None:
        """Wait until every catalogue that is configured has answered, and the beamline knows it."""
        wait_until(lambda: len(self._known_catalogued()) >= EXPECTED, LIMIT_S, "catalogued in scizoo status")
        for capture in self._known_catalogued():
            self._tell(f"{capture.title}: catalogued in {' and '.join(sorted(capture.sinks))}")

    def _known_catalogued(self) -> list[CaptureState]:
        captures = newest_first(report_hosts(self._beamline.site.beamline))
        return [capture for capture in captures if capture.state == "catalogued"]

    def _catalogued(self) -> int:
        return sum(is_catalogued(document) for document in self._datasets.find())

    def _tell(self, line: str) -> None:
        self._console.print(f"    {line}", style="dim", markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        with self._console.status(f"{what} …"):
            yield
        took = time.monotonic() - began
        self._console.print(f"[green]✓[/] {what} ({took:.1f} s)", highlight=False, soft_wrap=True)
