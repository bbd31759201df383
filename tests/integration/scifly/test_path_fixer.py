"""SciFly behind a real PathFixer: opening, changing the sample and closing a session move it along."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pathfixer.client import PathFixerClient
from scifish.settings import Settings, Station, save_settings
from scizoo.services.device_server import Device, DeviceServer
from tests.devices import ANSWER_S
from tests.own_tree import MINE, make_site_part

OFFICE = """
proposals:
  - number: "20260101"
    title: Ice
    type: Normal
    pi: {account: adalov}
    beamlines: [demo]
    schedule: [{beamline: demo, start: 2026-11-21T06:00:00Z, end: 2099-11-21T14:00:00Z}]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data root with the site's part of the tree."""
    root = tmp_path / "site"
    make_site_part(root)
    return root


@pytest.fixture
def path_fixer(beamline, root: Path, tmp_path: Path) -> Iterator[PathFixerClient]:
    """A PathFixer device, which the beamline's settings name."""
    office = tmp_path / "office.yaml"
    office.write_text(OFFICE)
    properties = {
        "Beamline": "demo",
        "DataRoot": str(root),
        "StateDirectory": str(tmp_path / "pathfixer"),
        "UserOfficeSettings": f"file={office}",
        **MINE,
        "FreeSpaceLimit": "0",
        "GrowthWindow": "0",
    }
    name = f"{beamline.name}/ctl/sdm-real"
    device = Device(name, "PathFixer", properties)
    instance = f"real-{beamline.name}"
    server = DeviceServer(
        beamline.run_folder, beamline.tango_host, f"pathfixer-{instance}", "PathFixer", [device], instance
    )
    station = Station(match="*", path_fixer=name, sci_dog=beamline.announcer.address)
    settings = Settings(
        beamline=beamline.name, facility="maxiv", pid_prefix="20.500.12345", stations=(station,)
    )
    save_settings(beamline.state, settings)
    server.start()
    server.wait_ready()
    yield PathFixerClient(server.proxy().name(), 60, ANSWER_S)
    server.kill()


def test_a_session_from_opening_to_closing(beamline, path_fixer, root):
    path_fixer.open_session("adalov", "20260101", visit="20261121")
    raw = root / "visitors/demo/20260101/20261121/raw"
    beamline.serve()
    beamline.watching(raw)
    beamline.acquire(raw, "--duration", "0.2", "--spectrum", "first")
    beamline.captured(1)

    path_fixer.set_sample("s01")
    beamline.acquire(raw, "--duration", "0.2", "--spectrum", "second")
    beamline.captured(2)

    path_fixer.close_session()
    unowned = root / "staff/demo/unowned"
    beamline.watching(unowned)
    beamline.acquire(unowned, "--duration", "0.2", "--spectrum", "third")
    found = {message.title: message for message in beamline.captured(3)}
    assert {name: (one.proposal, one.visit, one.assignment) for name, one in found.items()} == {
        "first.txt": ("20260101", "20261121", "assigned"),
        "second.txt": ("20260101", "20261121", "assigned"),
        "third.txt": (None, None, "none"),
    }
