"""Set points: staged as write values, pushed as events, applied by the client that wrote them."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import tango

from pathfixer.errors import CommandError
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)

NAMES = ("Username", "Proposal", "Visit", "Endstation")


def staged(device: tango.DeviceProxy) -> list[str]:
    return [device.read_attribute(name).w_value for name in NAMES]


def another_client_writes(device: tango.DeviceProxy, name: str, value: str) -> int:
    """Write an attribute from a process of its own, and return that process's id."""
    code = f"import os, tango; tango.DeviceProxy({device.name()!r}).{name} = {value!r}; print(os.getpid())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    return int(done.stdout)


@pytest.fixture
def heard(beamline) -> Iterator[dict[str, list[tango.DeviceAttribute]]]:
    """What clients hear of ``Proposal`` by both kinds of event, and of ``SetPoints``."""
    kinds = {
        "change": ("Proposal", tango.EventType.CHANGE_EVENT),
        "archive": ("Proposal", tango.EventType.ARCHIVE_EVENT),
        "lines": ("SetPoints", tango.EventType.CHANGE_EVENT),
    }
    heard: dict[str, list[tango.DeviceAttribute]] = {kind: [] for kind in kinds}
    watches = [
        beamline.device.subscribe_event(
            *what, lambda event, kind=kind: None if event.err else heard[kind].append(event.attr_value)
        )
        for kind, what in kinds.items()
    ]
    yield heard
    for watch in watches:
        beamline.device.unsubscribe_event(watch)


def test_a_set_point_is_told_by_events_with_who_wrote_it(beamline, heard):
    beamline.client.stage("Username", "carlcarl")
    pid = another_client_writes(beamline.device, "Proposal", "20260101")
    for kind in ("change", "archive"):
        wait_for(lambda kind=kind: heard[kind][-1].w_value == "20260101", 5, kind)
        assert heard[kind][-1].value == "", "the session is as it was"
    wait_for(lambda: len(heard["lines"][-1].value or ()) == 2, 5, "both lines")
    lines = heard["lines"][-1].value
    assert lines[1].startswith("Proposal=20260101, written from ")
    assert f" pid {pid}," in lines[1]


def test_set_points_of_two_clients_are_refused_and_both_are_named(beamline):
    beamline.client.stage("Username", "carlcarl")
    pid = another_client_writes(beamline.device, "Proposal", "20260101")
    with pytest.raises(
        CommandError, match=f"set points come from .*pid {pid}.*: one of them writes Username"
    ):
        beamline.client.apply()
    assert staged(beamline.device) == ["carlcarl", "20260101", "", ""]
    beamline.client.stage("Username", "carlcarl")
    wait_for(lambda: staged(beamline.device) == ["carlcarl", "", "", ""], 5, "the later ones are cleared")
    for name, value in (("Proposal", "20260101"), ("Visit", "20260914")):
        beamline.client.stage(name, value)
    beamline.client.apply()
    assert beamline.device.Proposal == "20260101"
    wait_for(lambda: staged(beamline.device) == [""] * 4, 5, "cleared by Apply")
    assert not beamline.device.SetPoints


def test_a_restart_clears_them(beamline):
    beamline.client.stage("Username", "carlcarl")
    wait_for(lambda: beamline.device.SetPoints, 5, "staged")
    beamline.server.restart()
    device = beamline.server.proxy()
    assert [device.read_attribute(name).w_value for name in NAMES] == [""] * 4
    assert not device.SetPoints


def test_init_clears_them_too(beamline):
    beamline.client.stage("Username", "carlcarl")
    beamline.device.Init()
    wait_for(lambda: staged(beamline.device) == [""] * 4, 5, "cleared by Init")


def test_an_endstation_that_is_not_there_is_refused_at_once(beamline):
    with pytest.raises(CommandError, match="EA09"):
        beamline.client.stage("Endstation", "EA09")
    assert not beamline.device.SetPoints
