"""A Sardana whose scans are captured, with macros of the tests, and the spool it writes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import tango

from scifish.selection import Selection
from scifish.session import Session
from scifish.settings import Settings, Station, save_settings
from scizoo.services.device_server import Device, ModuleServer
from scizoo.services.pool import Pool
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import MACROS, Sardana
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase
from tests.door import Door
from tests.integration.sardana_recorders.spooled import Spooled
from tests.serving import serving

ANNOUNCER = "test/announcer/recorder"
TRIALS = Path(__file__).parent / "macros"
SELECTION = {
    "name": "trial",
    "revision": 3,
    "entries": [
        {"group": "ring", "name": "lifetime", "device": "demo/sim/ring", "attribute": "lifetime"},
        {"name": "no such", "device": "demo/sim/ring", "attribute": "nosuchattribute"},
    ],
}


class CapturedSardana(Sardana):
    """A Sardana with macros of the tests beside ours, in a capture host of its own."""

    def __init__(self, folder: RunFolder, tango_host: str) -> None:
        super().__init__(folder, tango_host, "rec", doors=2, scan_dir=folder.data("recorded"))
        self.name = "sardana-rec"
        self.state_folder = folder.data("recording-host")
        self.state_folder.chmod(0o2770)
        self.variables["SCIZOO_STATE"] = str(self.state_folder)
        server = next(device for device in self.devices if device.device_class == "MacroServer")
        server.properties["MacroPath"] = [str(MACROS), str(TRIALS)]

    def furnish(self) -> None:
        """Switch the recorder on, for every Door; the second Door counts on a group of its own."""
        pool = Pool(self.tango_host, self.pool)
        pool.controller("CTExpChannel", "DummyCounterTimerController", "ctctrl02")
        pool.element("CTExpChannel", "ctctrl02", 1, "ct05")
        pool.measurement_group("mntgrp02", "ct05")
        super().furnish()
        door = self.door()
        door.run("senv", "DataRecorder", "SciFishRecorder")
        door.run("senv", f"{self.door_names[1]}.ActiveMntGrp", "mntgrp02")


@pytest.fixture(scope="session")
def tango_db(run_folder: RunFolder) -> Iterator[TangoDatabase]:
    """A Tango database of its own: one holds ``mot01`` and its like for a single Sardana.

    TANGO_HOST does not name it: tests reach its devices through ``captured.proxy``.
    """
    yield from serving(TangoDatabase(RunFolder(run_folder.path / "rec")))


@pytest.fixture(scope="session")
def simulation(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Simulation]:
    """The simulated devices in that database."""
    yield from serving(Simulation(RunFolder(run_folder.path / "rec"), tango_db.address))


@pytest.fixture(scope="session")
def announcer(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[tango.DeviceProxy]:
    """Stands for PathFixer and SciDog."""
    device = Device(ANNOUNCER, "Announcer")
    server = ModuleServer(
        run_folder,
        tango_db.address,
        "announcer-rec",
        "scifish.testing.announcer",
        [device],
        "rec",
        executable="Announcer",
    )
    try:
        server.start()
        server.wait_ready()
        yield server.proxy()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def captured(
    run_folder: RunFolder, tango_db: TangoDatabase, simulation: Simulation, announcer: tango.DeviceProxy
) -> Iterator[CapturedSardana]:
    """Sardana with the recorder on, two Doors, a session that is open, and a selection."""
    server = CapturedSardana(run_folder, tango_db.address)
    save_settings(
        server.state_folder,
        Settings(
            beamline="demo",
            facility="test",
            pid_prefix="20.500.12345",
            begin_wait_s=5,
            end_wait_s=5,
            call_limit_s=10,
            stations=(Station(match="*", path_fixer=ANNOUNCER, sci_dog=ANNOUNCER, endstation="main"),),
        ),
    )
    session = Session(
        revision=1,
        state="open",
        beamline="demo",
        proposal="20250001",
        visit="2025010108",
        category="visitors",
        path=str(server.scan_dir),
    )
    announcer.Session = session.model_dump_json(by_alias=True)
    announcer.ActiveSelection = json.dumps(Selection.model_validate(SELECTION).model_dump(mode="json"))
    try:
        server.start()
        server.wait_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def doors(captured: CapturedSardana) -> list[Door]:
    """Both Doors of the captured Sardana."""
    return [Door(f"tango://{captured.tango_host}/{name}") for name in captured.door_names]


@pytest.fixture
def door(doors: list[Door]) -> Door:
    """The first Door."""
    return doors[0]


@pytest.fixture
def spooled(captured: CapturedSardana) -> Spooled:
    """What the recorder commits from now on."""
    return Spooled(captured.state_folder)
