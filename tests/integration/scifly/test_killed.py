"""SciFly killed with -9 at each of its steps, or not running at all: one dataset per settled file."""

import pytest

from tests.waiting import wait_for

STEPS = ("scifly.seen", "scifly.settled", "scifly.named", "scifly.committed", "scifly.closed")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_it_ends_in_one_dataset(beamline, step):
    raw = beamline.open_session("20260101")
    beamline.serve(fault=f"{step}:kill")
    beamline.watching(raw)
    beamline.acquire(raw, "--duration", "0.5")
    wait_for(lambda: not beamline.server.alive, 20, f"killed at {step}")
    (raw / "written-while-down.txt").write_text("counts")
    beamline.serve()
    messages = beamline.captured(2)
    beamline.idle()
    assert {message.name for message in messages} == {"Ag_0001.txt", "written-while-down.txt"}
    assert len(beamline.datasets()) == 2
    assert {message.proposal for message in messages} == {"20260101"}


def test_killed_with_a_session_switched_meanwhile_the_file_stays_where_it_belongs(beamline):
    first = beamline.open_session("20260101")
    beamline.serve(fault="scifly.seen:kill")
    beamline.watching(first)
    beamline.acquire(first, "--duration", "0.5")
    wait_for(lambda: not beamline.server.alive, 20, "killed")
    (first / "late.txt").write_text("written in the old folder while SciFly was down")
    second = beamline.open_session("20260102")
    beamline.serve()
    beamline.watching(second)
    messages = {message.name: message for message in beamline.captured(2)}
    assert messages["Ag_0001.txt"].proposal == "20260101"
    assert (messages["late.txt"].proposal, messages["late.txt"].context_origin) == ("20260101", "cached")


def test_a_file_whose_pid_is_decided_is_captured_although_its_folder_is_away(beamline):
    raw = beamline.open_session("20260101")
    beamline.serve(fault="scifly.named:kill")
    beamline.watching(raw)
    (raw / "a.txt").write_text("counts")
    wait_for(lambda: not beamline.server.alive, 20, "killed")
    raw.rename(raw.with_name("away"))
    beamline.serve()
    (message,) = beamline.captured(1)
    assert (message.name, message.files[0].size) == ("a.txt", 6)
