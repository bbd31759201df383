"""Day 7: a selected device is dead, hangs for 5 s, or is frozen; SIGTERM ends the server meanwhile."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
import tango

from scidog.client import SciDogClient
from scifish.selection import Entry
from scizoo.demo.selection import SELECTION
from scizoo.services.capture_devices import SCI_DOG, SCI_FLY
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.trial_beamline import TrialBeamline

HUNG_S = 5.0
SLOWER_S = 1.0
"""How much later than beside it without us a server may end after SIGTERM."""
HEALTHY = Entry(name="fly state", device=SCI_FLY, attribute="state")
ILL = {entry.device for entry in SELECTION.entries}


@pytest.fixture
def healthy_too(beamline: TrialBeamline) -> Iterator[TrialBeamline]:
    """The selection has a device in another server, which stays well."""
    dog = SciDogClient(SCI_DOG)
    wider = SELECTION.model_copy(update={"name": "wider", "entries": (*SELECTION.entries, HEALTHY)})
    dog.switch(dog.save(wider).name)
    beamline.scan_until(lambda dataset: dataset["selection"]["name"] == "wider")
    yield beamline
    beamline.heal_services()
    dog.switch(SELECTION.name)
    beamline.scan_until(lambda dataset: dataset["selection"]["name"] == SELECTION.name)


def make_ill(beamline: TrialBeamline, illness: str) -> None:
    """Kill or freeze the simulated devices, or let each hang for 5 s."""
    if illness == "hung":
        for device in ILL:
            tango.DeviceProxy(device).Hang(HUNG_S)
    else:
        {"dead": beamline.kill, "frozen": beamline.freeze}[illness]("simulation")


@pytest.mark.parametrize("illness", ["dead", "hung", "frozen"])
def test_the_scan_and_the_healthy_values_do_not_suffer(healthy_too: TrialBeamline, illness: str) -> None:
    beamline = healthy_too
    make_ill(beamline, illness)
    scans = beamline.scans(2)  # each within its waits, which the harness sees to

    for dataset in beamline.expect_catalogued(scans):
        assert dataset["values"]["fly state"]["value"]
        assert {failure["device"] for failure in dataset["failures"] if failure["phase"] == "end"} == ILL
        assert all(failure["reason"] for failure in dataset["failures"])


def test_sigterm_ends_the_server_as_soon_as_without_us(beamline: TrialBeamline) -> None:
    took = {}
    for switch in ("off", "on"):
        beamline.door.run("capture", switch)
        beamline.freeze("simulation")
        scan = beamline.begin_scan(points=200)
        wait_for_points(scan, 2)
        took[switch] = seconds_to_end(beamline)
        beamline.thaw("simulation")
        if switch == "off":
            beamline.start("sardana")

    assert took["on"] <= took["off"] + SLOWER_S
    beamline.expect_catalogued([scan], status="interrupted")


def seconds_to_end(beamline: TrialBeamline) -> float:
    """Send SIGTERM to the MacroServer and return how long it takes to end."""
    asked = time.monotonic()
    os.kill(beamline.service("sardana").pid or 0, signal.SIGTERM)
    beamline.wait_dead("sardana")
    return time.monotonic() - asked
