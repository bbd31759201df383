"""A beamline of its own for each test: a data root with the site's part, and a PathFixer device."""

import getpass
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count
from pathlib import Path

import pytest
import tango

from pathfixer.client import PathFixerClient
from pathfixer.sardana import MacroServerEnvironment
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.door import Door, MacroRun
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import Sardana
from scizoo.services.tango_db import TangoDatabase
from tests.devices import ANSWER_S, device
from tests.own_tree import MINE, make_site_part
from tests.processes import children_of, command_of
from tests.quickness import median_seconds
from tests.serving import serving_many
from tests.waiting import wait_for

OFFICE = """
proposals:
  - number: "20260101"
    title: Ice
    type: Normal
    pi: {account: adalov}
    members: [{account: carlcarl}]
    beamlines: [demo]
    schedule: &beam_time
      - {beamline: demo, start: 2026-09-14T06:00:00Z, end: 2026-09-14T08:00:00Z}
      - {beamline: demo, start: 2026-09-15T10:00:00Z, end: 2026-09-15T12:00:00Z}
      - {beamline: demo, start: 2026-09-16T14:00:00Z, end: 2026-09-16T18:00:00Z}
  - number: "20260102"
    title: Secret cathode
    type: Proprietary
    pi: {account: gracehop}
    beamlines: [demo]
    schedule: *beam_time
  - {number: "20260103", title: Never scheduled, type: Normal, pi: {account: evelynb}, beamlines: [demo]}
  - {number: "20260105", title: Old, type: Normal, status: Refused, pi: {account: adalov}, beamlines: [demo]}
"""
"""Three visits, 20260914 to 20260916, which members may name at any time."""

A_CENTURY_IN_HOURS = "1000000"

_numbers = count(1)


@dataclass
class Site:
    """Where a test's data goes, and its user office."""

    root: Path
    office: Path
    state: Path

    @property
    def unowned(self) -> str:
        """Where scans without a session go."""
        return f"{self.root}/staff/demo/unowned"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A data root with the part that the site makes, owned by whoever runs the tests."""
    root = tmp_path / "data"
    office = tmp_path / "office.yaml"
    office.write_text(textwrap.dedent(OFFICE))
    make_site_part(root)
    return Site(root, office, tmp_path / "state")


StartPathFixer = Callable[..., DeviceServer]


@pytest.fixture
def start_path_fixer(run_folder: RunFolder, tango_db: TangoDatabase, site: Site) -> Iterator[StartPathFixer]:
    """Start PathFixer devices, each of a name of its own; properties are given by their Tango names.

    ``fault`` is for ``SCIZOO_FAULT``, and counts until the server is restarted without it.
    """

    def start(fault: str = "", **properties: str) -> DeviceServer:
        name = f"test{next(_numbers)}"
        defaults = {
            "Beamline": "demo",
            "DataRoot": str(site.root),
            "StateDirectory": str(site.state),
            "UserOfficeSettings": f"file={site.office}",
            **MINE,
            "Staff": getpass.getuser(),
            "FreeSpaceLimit": "0",
            "WatchInterval": "0.1",
            "GrowthWindow": "0",
            "VisitGrace": A_CENTURY_IN_HOURS,
        }
        device = Device(f"{name}/ctl/sdm-01", "PathFixer", {**defaults, **properties})
        server = DeviceServer(run_folder, tango_db.address, f"pathfixer-{name}", "PathFixer", [device], name)
        server.variables["SCIZOO_FAULT"] = fault
        return started(server)

    with serving_many() as started:
        yield start


@dataclass
class Beamline:
    """A PathFixer device and ways to reach it."""

    server: DeviceServer
    device: tango.DeviceProxy
    client: PathFixerClient
    site: Site


@pytest.fixture
def beamline(start_path_fixer: StartPathFixer, site: Site) -> Beamline:
    """A PathFixer without any MacroServer."""
    return beamline_of(start_path_fixer(), site)


def beamline_of(server: DeviceServer, site: Site) -> Beamline:
    """Return a beamline around a running PathFixer."""
    return Beamline(server, server.proxy(), PathFixerClient(server.proxy().name(), 60, ANSWER_S), site)


@dataclass
class Scanning(Beamline):
    """A PathFixer whose sessions a real Sardana follows."""

    sardana: Sardana

    @cached_property
    def environment(self) -> MacroServerEnvironment:
        """Return the MacroServer's environment."""
        return MacroServerEnvironment(self.sardana.macro_server, ANSWER_S)

    def open(self, **session: str) -> list[str]:
        """Open a session, and return what PathFixer says of it once Sardana has followed."""
        told = self.client.open_session(**session)
        self.wait_followed(self.device.SamplePath)
        return told

    def close(self) -> None:
        """Close the session, and return once Sardana has followed."""
        self.client.close_session()
        self.wait_followed(self.site.unowned)

    def wait_followed(self, path: str) -> None:
        """Wait for Sardana: a switch waits 3 s for it, and goes on then."""
        wait_for(lambda: self.scan_dir == path, 60, f"ScanDir {path}")

    @property
    def scan_dir(self) -> str | None:
        """Where the next scan of any Door goes, unless a narrower scope says otherwise."""
        return self.environment.scan_dirs()["ScanDir"]


@pytest.fixture
def only_global_scan_dir(sardana: Sardana) -> None:
    """No scope of Sardana's environment has a ScanDir of its own from an earlier test."""
    environment = MacroServerEnvironment(sardana.macro_server, ANSWER_S)
    scoped = tuple(scope for scope in environment.scan_dirs() if scope != "ScanDir")
    if scoped:
        environment.change({}, scoped)


@pytest.fixture
def scanning(
    start_path_fixer: StartPathFixer, site: Site, sardana: Sardana, only_global_scan_dir: None
) -> Scanning:
    """A PathFixer with one MacroServer, tolerant to its users."""
    server = start_path_fixer(MacroServers=sardana.macro_server)
    plain = beamline_of(server, site)
    return Scanning(plain.server, plain.device, plain.client, plain.site, sardana)


class BareSardana(Sardana):
    """Sardana without motors and counters; it has an environment all the same."""

    def furnish(self) -> None:
        """Make no elements: their names are taken by the other Sardana."""


@pytest.fixture
def own_sardana(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Sardana]:
    """A second Sardana that a test may kill."""
    server = BareSardana(run_folder, tango_db.address, instance="mortal")
    server.name = "sardana-mortal"
    with serving_many() as start:
        start(server)
        door = next(device.name for device in server.devices if device.device_class == "Door")
        wait_for(lambda: answers(door), 20, "its Door, which it exports last")
        yield server


def answers(name: str) -> bool:
    """Tell whether a device is there."""
    try:
        return bool(device(name).ping() >= 0)
    except tango.DevFailed:
        return False


def workers_of(pid: int, module: str = "sdm.folders.") -> list[int]:
    """Return the child processes of a PathFixer that ask the file system, or those of one module."""
    return [child for child in children_of(pid) if f"-m\0{module}" in command_of(child)]


def assert_quick_reads(device: tango.DeviceProxy) -> None:
    """Prove that every attribute is read from memory: half of 20 reads of each take below 5 ms."""
    took = {
        name: median_seconds(partial(device.read_attribute, name), 0.005)
        for name in device.get_attribute_list()
    }
    assert {name: median for name, median in took.items() if median >= 0.005} == {}


@pytest.fixture
def begin_scan() -> Iterator[Callable[[Sardana, int], Door]]:
    """Begin a scan on a Door, by its number, that lasts until the test is over; it counts when this returns.

    Sardana loses a stop that comes while a scan is being prepared.
    """
    begun: list[tuple[Door, MacroRun]] = []

    def begin(sardana: Sardana, number: int = 1) -> Door:
        door = sardana.door(number)
        begun.append((door, door.begin("ascan", f"mot0{number}", "0", "1", "5000", "0.1")))
        counters = device("mntgrp01")
        wait_for(lambda: counters.state() == tango.DevState.MOVING, 60, "a scan that counts")
        return door

    yield begin
    for door, run in begun:
        wait_for(partial(is_stopped, door), 60, "the end of its scan")
        run.wait(60)


def is_stopped(door: Door) -> bool:
    """Stop the macro of a Door, if one runs, and tell whether the Door is at rest."""
    with suppress(tango.DevFailed):  # a test may have stopped it
        door.proxy.StopMacro()
    return not door.is_busy()
