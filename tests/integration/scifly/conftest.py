"""A SciFly device in a process of its own, following an announced session, with a real spool."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import tango

from scifish.messages import CaptureMessage, decode
from scifish.selection import Entry, Selection
from scifish.session import Session
from scifish.settings import Settings, Station, save_settings
from scizoo.services.device_server import Device, DeviceServer, ModuleServer
from scizoo.services.processes import Process, spawn
from scizoo.services.run_folder import RunFolder
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase
from tests.waiting import wait_for

NUMBERS = count(1)
SETTLE_S = "0.8"
"""Much longer than the acquisition program pauses, also on a busy machine; a scan here pauses for 1 s."""
SELECTION = Selection(
    name="ring",
    revision=3,
    entries=(
        Entry(group="Machine", name="current", device="demo/sim/ring", attribute="current"),
        Entry(name="broken", device="demo/sim/broken-01", attribute="temperature"),
    ),
)


@dataclass
class Beamline:
    """A state folder, sessions that the test announces, and a SciFly server to start and kill."""

    run_folder: RunFolder
    tango_host: str
    announcer: ModuleServer
    state: Path
    data: Path
    name: str
    server: DeviceServer = field(init=False)
    revision: int = 0

    def __post_init__(self) -> None:
        self.data.mkdir()
        self.folder("unowned")

    def folder(self, name: str) -> Path:
        """Return a folder below the data root, made when missing."""
        path = self.data / name
        path.mkdir(exist_ok=True)
        return path

    def open_session(self, proposal: str, **facts: str) -> Path:
        """Announce an open session and return its raw folder."""
        path = self.folder(proposal)
        self._announce(state="open", proposal=proposal, path=str(path), **facts)
        return path

    def close_session(self) -> Path:
        """Announce that no session is open, and return the folder for unowned files."""
        self._announce(state="closed")
        return self.data / "unowned"

    def serve(self, fault: str | None = None, **properties: str | list[str]) -> DeviceServer:
        """Start a SciFly, to be killed at a place if one is given."""
        given = {"SettleSeconds": SETTLE_S, "ScanPeriod": "0.5", **properties}
        device = Device(f"{self.name}/ctl/scifly-01", "SciFly", given)
        self.server = DeviceServer(
            self.run_folder, self.tango_host, f"scifly-{self.name}", "SciFly", [device], self.name
        )
        self.server.variables["SCIZOO_STATE"] = str(self.state)
        if fault:
            self.server.variables["SCIZOO_FAULT"] = fault
        self.server.start()
        self.server.wait_ready()
        return self.server

    @property
    def proxy(self) -> tango.DeviceProxy:
        """The running SciFly."""
        return self.server.proxy()

    def watching(self, path: Path) -> None:
        """Wait until SciFly watches a folder, and has looked at all of it."""
        wait_for(lambda: self.read("WatchedPath") == str(path), 20, f"WatchedPath {path}")

    def read(self, attribute: str) -> object:
        """Read an attribute of SciFly."""
        return self.proxy.read_attribute(attribute).value

    def acquire(self, folder: Path, *options: str) -> Process:
        """Start the acquisition program."""
        command = [sys.executable, "-m", "scizoo.demo.acquisition", str(folder), *options]
        return spawn(command, {}, self.run_folder.path, self.run_folder.log(f"acquisition-{self.name}"), True)

    def captures(self) -> list[CaptureMessage]:
        """Return what SciFly has committed, over all its lives."""
        rows: list[tuple[float, int, bytes]] = []
        query = "SELECT committed_s, id, body FROM message WHERE author LIKE 'scifly@%'"
        for path in (self.state / "spools").glob("*.db"):
            # A spool is visible a moment before it has its tables.
            with closing(sqlite3.connect(path, timeout=5)) as database, suppress(sqlite3.OperationalError):
                rows += database.execute(query).fetchall()
        return [decode(body) for _, _, body in sorted(rows)]

    def captured(self, number: int, limit_s: float = 20.0) -> list[CaptureMessage]:
        """Wait for so many datasets and return the newest telling of each."""
        found = wait_for(lambda: len(self.datasets()) >= number, limit_s, f"{number} datasets")
        assert found
        return list(self.datasets().values())

    def datasets(self) -> dict[str, CaptureMessage]:
        """Return what the catalogue would make of it: the newest telling by pid."""
        newest: dict[str, CaptureMessage] = {}
        for message in self.captures():
            known = newest.get(message.pid)
            if known is None or message.revision > known.revision:
                newest[message.pid] = message
        return newest

    def idle(self) -> None:
        """Wait until nothing is settling."""
        wait_for(lambda: self.read("Settling") == 0, 20, "nothing settling")

    def _announce(self, **facts: str) -> None:
        self.revision += 1
        unowned = str(self.data / "unowned")
        session = Session(revision=self.revision, beamline=self.name, unowned_path=unowned, **facts)
        self.announcer.proxy().write_attribute("Session", session.model_dump_json(by_alias=True))


@pytest.fixture
def beamline(
    run_folder: RunFolder, tango_db: TangoDatabase, simulation: Simulation, tmp_path: Path, state_folder: Path
) -> Iterator[Beamline]:
    """A beamline of its own: nothing is running yet but the announcer of its session."""
    name = f"fly{next(NUMBERS)}"
    device = Device(f"{name}/ctl/sdm-01", "Announcer")
    announcer = ModuleServer(
        run_folder, tango_db.address, f"announcer-{name}", "scifish.testing.announcer", [device], name
    )
    announcer.start()
    announcer.wait_ready()
    announcer.proxy().write_attribute("ActiveSelection", SELECTION.model_dump_json())
    station = Station(match="*", path_fixer=device.name, sci_dog=device.name)
    settings = Settings(
        beamline=name, facility="maxiv", pid_prefix="20.500.12345", call_limit_s=10, stations=(station,)
    )
    save_settings(state_folder, settings)
    made = Beamline(run_folder, tango_db.address, announcer, state_folder, tmp_path / "data", name)
    yield made
    if hasattr(made, "server"):
        made.server.kill()
    announcer.kill()


@pytest.fixture
def last_files(beamline: Beamline) -> Callable[[], list[dict[str, object]]]:
    """Return LastFiles, parsed."""
    return lambda: [json.loads(line) for line in beamline.read("LastFiles") or ()]  # type: ignore[attr-defined]
