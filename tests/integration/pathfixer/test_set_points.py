"""Set points: staged as write values, pushed as events, applied by the client that wrote them."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import tango

from pathfixer.errors import CommandError, ReasonWantedError
from tests.integration.pathfixer.conftest import beamline_of
from tests.waiting import wait_for

NAMES = ("Username", "Proposal", "Visit", "Endstation")


def staged(device: tango.DeviceProxy) -> list[str]:
    return [device.read_attribute(name).w_value for name in NAMES]


def another_client_writes(device: tango.DeviceProxy, name: str, value: str) -> int:
    """Write an attribute from a process of its own, and return that process's id."""
    code = f"import os, tango; tango.DeviceProxy({device.name()!r}).{name} = {value!r}; print(os.getpid())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
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


def test_a_refused_apply_keeps_them_and_says_who_takes_a_reason(start_path_fixer, site):
    beamline = beamline_of(start_path_fixer(Staff="lismei"), site)
    wait_for(lambda: beamline.device.ProposalsAsOf, 5, "an answer of the user office")
    for name, value in zip(NAMES, ("lismei", "20260108", "20260914"), strict=False):
        beamline.client.stage(name, value)
    told = site.office.read_text()
    site.office.unlink()
    with pytest.raises(
        ReasonWantedError, match="Apply takes no override_reason, OpenSession does$"
    ) as refused:
        beamline.client.apply()
    assert refused.value.field == "override_reason"
    assert staged(beamline.device) == ["lismei", "20260108", "20260914", ""]
    site.office.write_text(told.replace("20260101", "20260108"))
    beamline.client.apply()
    assert beamline.device.Visit == "20260914"
    wait_for(lambda: staged(beamline.device) == [""] * 4, 5, "cleared by Apply")


def test_open_session_leaves_them_to_who_wrote_them(beamline):
    beamline.client.stage("Username", "adalov")
    beamline.client.open_session("carlcarl", "20260101", visit="20260914")
    assert beamline.device.Username == "carlcarl"
    assert staged(beamline.device) == ["adalov", "", "", ""]


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


def test_what_was_being_applied_does_not_come_back_after_init(beamline):
    wait_for(lambda: beamline.device.ProposalsAsOf, 5, "an answer of the user office")
    beamline.site.office.unlink()
    os.mkfifo(beamline.site.office)
    for name, value in zip(NAMES, ("carlcarl", "20260101", "20260914"), strict=False):
        beamline.client.stage(name, value)
    beamline.device.Apply()
    wait_for(lambda: "asking the user office" in beamline.device.JobProgress[-1], 10, "hanging office")
    told: list[tuple[str, object]] = []
    watches = [
        beamline.device.subscribe_event(
            name,
            tango.EventType.CHANGE_EVENT,
            lambda event, name=name: None if event.err else told.append((name, event.attr_value.value)),
        )
        for name in ("JobState", "SetPoints")
    ]
    known = len(told)
    beamline.device.Init()
    beamline.site.office.open("w").close()
    wait_for(lambda: "JobState" in dict(told[known:]), 10, "the end of the job")
    assert not any(lines for name, lines in told[known:] if name == "SetPoints")
    for watch in watches:
        beamline.device.unsubscribe_event(watch)


def test_an_endstation_that_is_not_there_is_refused_at_once(beamline):
    with pytest.raises(CommandError, match="EA09"):
        beamline.client.stage("Endstation", "EA09")
    assert not beamline.device.SetPoints
