"""A session at one of several endstations: its Doors stand in the way, its selection becomes active."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pathfixer.errors import CommandError
from scidog.client import SciDogClient
from scifish.selection import Entry, Selection
from scizoo.services.device_server import Device, DeviceServer
from tests.integration.pathfixer.conftest import Scanning, beamline_of
from tests.serving import serving_many
from tests.waiting import wait_for

DOG = "test/endstations/scidog"
ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


@pytest.fixture
def dog(run_folder, tango_db, tmp_path: Path) -> Iterator[SciDogClient]:
    """A SciDog with selections ``eiger`` and ``mine``, of which ``mine`` is active."""
    device = Device(DOG, "SciDog", {"Beamline": "demo", "Store": str(tmp_path / "selections")})
    server = DeviceServer(run_folder, tango_db.address, "endstations-dog", "SciDog", [device], "endstations")
    with serving_many() as start:
        start(server)
        client = SciDogClient(DOG)
        for name in ("eiger", "mine"):
            entry = Entry(name="ring", device="demo/sim/ring", attribute="current")
            client.save(Selection(name=name, entries=(entry,), author="anna"))
        client.switch("mine")
        yield client


@pytest.fixture
def scanning(start_path_fixer, site, sardana, only_global_scan_dir) -> Scanning:
    """Two endstations that share a MacroServer, with a Door each."""
    doors = sardana.door_names
    stations = [
        f"EA01={sardana.macro_server}; doors={doors[0]}; selection={DOG}:eiger",
        f"EA02={sardana.macro_server}; doors={doors[1]}",
    ]
    server = start_path_fixer(Endstations=stations)
    return Scanning(**vars(beamline_of(server, site)), sardana=sardana)


def test_a_macro_at_another_endstation_stands_in_nobody_s_way(scanning, dog, begin_scan):
    other = begin_scan(scanning.sardana, 2).proxy
    scanning.client.open_session(**ICE, endstation="EA01")
    assert scanning.device.Endstation == "EA01"
    assert "EA01" not in scanning.device.SamplePath
    for wanted in ("EA02", None):
        with pytest.raises(CommandError, match=f"a macro runs on {other.name().lower()} "):
            scanning.client.open_session(**ICE, endstation=wanted)
    assert scanning.device.Endstation == "EA01"


def test_its_selection_becomes_the_active_one_and_what_people_choose_then_stays(scanning, dog):
    scanning.client.open_session(**ICE, endstation="EA01")
    wait_for(lambda: dog.active_name() == "eiger", 5, "the endstation's selection")
    dog.switch("mine")
    scanning.client.set_sample("ice")
    told = f"{DOG}/activeselectionname: mine"
    wait_for(lambda: told in scanning.device.Listeners, 10, "looked at since")
    assert dog.active_name() == "mine"
    scanning.client.close_session()
    scanning.client.open_session(**ICE, endstation="EA02")
    assert dog.active_name() == "mine"
    scanning.client.open_session(**ICE, endstation="EA01")
    wait_for(lambda: dog.active_name() == "eiger", 5, "at the next opening")
