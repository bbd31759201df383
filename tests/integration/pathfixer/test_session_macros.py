"""The macros newsession, newsample, session and endsession on a real Door, with a real PathFixer."""

import os
import signal
from pathlib import Path

import pytest

from pathfixer.client import PathFixerClient
from tests.door import BUSY, Door
from tests.integration.pathfixer.conftest import is_stopped
from tests.processes import freeze
from tests.waiting import wait_for


@pytest.fixture
def door(scanning) -> Door:
    return Door(scanning.sardana.door_names[0])


def refused(door: Door, *macro: str) -> str:
    run = door.begin(*macro)
    assert run.wait(60) == "exception"
    assert "Traceback" not in run.error
    return run.error


def test_a_session_is_opened_and_the_next_scan_lands_in_it(scanning, door):
    door.run("newsession", "carlcarl", "20260101", "20260914", "ice")
    path = f"{scanning.site.root}/visitors/demo/20260101/20260914/raw/ice"
    for words in ("Session of proposal 20260101, visit 20260914", "carlcarl", "ice", path):
        assert words in door.said()
    assert [line for line in door.said("Warning").splitlines() if "does not answer" not in line] == []
    scanning.wait_followed(path)
    door.run("ascan", "mot01", 0, 1, 2, 0.01)
    assert Path(path, "scans.h5").is_file()


def test_a_title_that_tango_cannot_carry_is_spelt_out(scanning, door):
    office = scanning.site.office
    office.write_text(office.read_text().replace("title: Ice", 'title: "Ice \u2013 \u03b1 phase"'))
    scanning.client.proposals()  # has the user office asked again
    wait_for(lambda: door.run("newsession", "carlcarl") and "Ice - ? phase" in door.said(), 15, "the title")


def test_without_a_proposal_those_of_the_user_are_listed_and_nothing_changes(scanning, door):
    scanning.client.open_session("carlcarl", "20260101", visit="20260914")
    before = scanning.client.session()
    door.run("newsession", "carlcarl")
    assert "20260101  Ice" in door.said()
    assert "newsession carlcarl <proposal>" in door.said()
    assert scanning.client.session() == before


def test_the_sample_is_changed_and_taken_away_again(scanning, door):
    door.run("newsession", "carlcarl", "20260101", "20260914")
    door.run("newsample", "plastic/plastic-s1")
    assert "plastic/plastic-s1" in door.said()
    assert scanning.client.session().sample == "plastic/plastic-s1"
    door.run("newsample")
    assert "sample:   none" in door.said()
    assert scanning.client.session().sample is None
    door.run("newsample", "ice")
    door.run("newsample", '""')  # as Spock hands it over
    assert scanning.client.session().sample is None


def test_session_says_when_there_is_none(scanning, door):
    door.run("session")
    assert "NO SESSION, NO DATA" in door.said()
    assert f"{scanning.site.unowned} and are booked on nobody" in door.said()


def test_the_session_is_closed_and_scans_go_to_the_unowned_folder(scanning, door):
    door.run("newsession", "carlcarl", "20260101", "20260914")
    door.run("endsession")
    assert "NO SESSION, NO DATA" in door.said()
    assert scanning.client.session().state == "closed"
    scanning.wait_followed(scanning.site.unowned)


@pytest.mark.parametrize(
    ("macro", "words"),
    [
        (("newsession", "carlcarl", "20260105"), "no session was opened, all is as it was"),
        (("newsession", "carlcarl", "20260105"), "carlcarl belongs neither to proposal 20260105"),
        (("newsession",), "say who measures: newsession <username> <proposal>"),
        (("newsample", "ice"), "the sample was not changed"),
        (("newsample", "ice"), "no session is open"),
    ],
)
def test_a_refusal_fails_the_macro_in_words(scanning, door, macro, words):
    assert words in refused(door, *macro)


def test_a_scope_that_leads_elsewhere_is_warned_of(scanning, door):
    door.run("newsession", "carlcarl", "20260101", "20260914")
    own = f"{scanning.sardana.door_names[0]}.ScanDir"
    door.run("senv", own, scanning.site.unowned)
    try:
        door.run("session")
        assert f"ScanDir is {scanning.site.unowned}, not " in door.said("Warning")
    finally:
        door.run("usenv", own)


def test_a_macro_on_another_door_stops_a_switch_but_not_another_sample(scanning, door):
    door.run("newsession", "carlcarl", "20260101", "20260914")
    other = Door(scanning.sardana.door_names[1])
    scan = other.begin("ascan", "mot02", 0, 1, 5000, 0.1)
    try:
        wait_for(lambda: other.proxy.State() in BUSY, 10, "a running macro")
        for macro, words in (
            (("newsession", "adalov", "20260101"), 'newsession adalov 20260101 now "" None "<reason>"'),
            (("endsession",), 'endsession "<reason>"'),
        ):
            error = refused(door, *macro)
            assert "a macro runs on door/demo/2" in error
            assert f"force it with a reason: {words}" in error
        door.run("newsample", "ice")
        assert scanning.client.session().sample == "ice"
        door.run("newsession", "carlcarl", "20260101", "20260914", '""', "None", "the motor is off")
        door.run("endsession", "the motor is off")
        assert scanning.client.session().state == "closed"
        newest = scanning.server.proxy().History[0]
        assert "forced: the motor is off, although a macro runs on door/demo/2" in newest
        assert f"asked by {scanning.sardana.door_names[0].lower()} from " in newest
    finally:
        wait_for(lambda: is_stopped(other), 60, "the end of its scan")
        scan.wait(60)


def test_while_the_user_office_is_away_staff_open_for_a_reason(
    start_path_fixer, site, sardana, only_global_scan_dir
):
    server = start_path_fixer(MacroServers=sardana.macro_server, Staff="lismei")
    wait_for(lambda: server.proxy().ProposalsAsOf, 10, "an answer of the user office")
    site.office.unlink()
    door, wanted = Door(sardana.door_names[0]), ("newsession", "lismei", "20260199", "20260914", '""', "None")
    error = refused(door, *wanted)
    assert (
        'lismei may open it with an override_reason: newsession lismei 20260199 20260914 "" None "<reason>"'
        in error
    )
    door.run(*wanted, "told on the telephone")
    assert "Session of proposal 20260199" in door.said()
    assert "the user office is away" in door.said("Warning")
    session = PathFixerClient(server.address).session()
    assert (session.origin, session.override_reason) == ("override", "told on the telephone")


def test_a_macro_server_that_no_path_fixer_names_is_told(sardana, beamline):
    error = refused(Door(sardana.door_names[0]), "session")
    assert f"no PathFixer that runs names {sardana.macro_server}" in error


def test_a_frozen_path_fixer_ends_in_a_sentence_and_the_door_is_free(scanning, door):
    freeze(scanning.server.pid)
    try:
        assert "does not answer" in refused(door, "newsession", "carlcarl", "20260101")
    finally:
        os.kill(scanning.server.pid, signal.SIGCONT)
    door.run("session")
