"""A beamline of its own for each test: a data root with the site's part, and a PathFixer device."""

import os
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import tango

from pathfixer.client import PathFixerClient
from pathfixer.sardana import MacroServerEnvironment
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import Sardana
from scizoo.services.tango_db import TangoDatabase
from sdm.folders.plan import Principals
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.testing.files_here import FilesHere
from tests.waiting import wait_for

OFFICE = """
proposals:
  - {number: "20260101", title: Ice, type: Normal, pi: {account: adalov}, beamlines: [demo],
     members: [{account: carlcarl}]}
  - {number: "20260102", title: Secret cathode, type: Proprietary, pi: {account: gracehop}, beamlines: [demo]}
  - {number: "20260105", title: Old, type: Normal, status: Refused, pi: {account: adalov}, beamlines: [demo]}
"""

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
    root.mkdir(mode=0o755)
    office = tmp_path / "office.yaml"
    office.write_text(textwrap.dedent(OFFICE))
    who = principals_of_this_account()
    files = FilesHere()
    for plan in plan_site_part(load_rules("maxiv_v1"), str(root), "demo", who):
        files.make(plan)
    return Site(root, office, tmp_path / "state")


def principals_of_this_account() -> Principals:
    """Everything belongs to the account that runs the tests."""
    uid, gid = os.geteuid(), os.getegid()
    return Principals(site_owner=uid, site_group=gid, service=uid, beamline=gid, proposal=gid)


StartPathFixer = Callable[..., DeviceServer]


@pytest.fixture
def start_path_fixer(run_folder: RunFolder, tango_db: TangoDatabase, site: Site) -> Iterator[StartPathFixer]:
    """Start PathFixer devices, each of a name of its own; properties are given by their Tango names.

    ``fault`` is for ``SCIZOO_FAULT``, and counts until the server is restarted without it.
    """
    servers: list[DeviceServer] = []

    def start(fault: str = "", **properties: str) -> DeviceServer:
        name = f"test{next(_numbers)}"
        defaults = {
            "Beamline": "demo",
            "DataRoot": str(site.root),
            "StateDirectory": str(site.state),
            "UserOfficeSettings": f"file={site.office}",
            "SiteOwner": f"#{os.geteuid()}",
            "SiteGroup": f"#{os.getegid()}",
            "BeamlineGroup": f"#{os.getegid()}",
            "ProposalGroup": f"#{os.getegid()}",
            "FreeSpaceLimit": "0",
            "WatchInterval": "0.1",
            "GrowthWindow": "0",
        }
        device = Device(f"{name}/ctl/sdm-01", "PathFixer", {**defaults, **properties})
        server = DeviceServer(run_folder, tango_db.address, f"pathfixer-{name}", "PathFixer", [device], name)
        server.variables["SCIZOO_FAULT"] = fault
        servers.append(server)
        server.start()
        server.wait_ready()
        return server

    yield start
    for server in servers:
        server.stop()


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
    return Beamline(server, server.proxy(), PathFixerClient(server.proxy().name(), 20), site)


@dataclass
class Scanning(Beamline):
    """A PathFixer whose sessions a real Sardana follows."""

    sardana: Sardana

    @property
    def environment(self) -> MacroServerEnvironment:
        """Return the MacroServer's environment."""
        return MacroServerEnvironment(self.sardana.macro_server)

    @property
    def scan_dir(self) -> str | None:
        """Where the next scan of any Door goes, unless a narrower scope says otherwise."""
        return self.environment.scan_dirs()["ScanDir"]


@pytest.fixture
def only_global_scan_dir(sardana: Sardana) -> None:
    """No scope of Sardana's environment has a ScanDir of its own from an earlier test."""
    environment = MacroServerEnvironment(sardana.macro_server)
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
    server.start()
    server.wait_ready()
    door = next(device.name for device in server.devices if device.device_class == "Door")
    wait_for(lambda: answers(door), 20, "its Door, which it exports last")
    yield server
    server.stop()


def answers(device: str) -> bool:
    """Tell whether a device is there."""
    try:
        return bool(tango.DeviceProxy(device).ping() >= 0)
    except tango.DevFailed:
        return False


def children_of(pid: int) -> list[int]:
    """Return the child processes of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(text) for task in tasks for text in (task / "children").read_text().split()]
