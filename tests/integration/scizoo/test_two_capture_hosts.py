"""Two capture hosts at one beamline: status and check cover both, also when one is silent."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from tests.processes import freeze
from tests.waiting import wait_for

BEAMLINE = "twohosts"
PROPERTIES = {"Beamline": BEAMLINE, "Facility": "maxiv", "PidPrefix": "20.500.12345"}
HOSTS = ("capture-1", "capture-2")
SECOND = f"test/{BEAMLINE}/capture-2"
Said = tuple[int, str, str]


@pytest.fixture
def servers(tango_db, tmp_path: Path) -> Iterator[dict[str, DeviceServer]]:
    """A SciFish on each host, with a state folder of its own, and one capture in each."""
    started: dict[str, DeviceServer] = {}
    try:
        for host in HOSTS:
            home = tmp_path / host
            home.mkdir()
            device = Device(f"test/{BEAMLINE}/{host}", "SciFish", PROPERTIES)
            server = DeviceServer(RunFolder(home), tango_db.address, "scifish", "SciFish", [device], host)
            server.variables["SCIZOO_HOST"] = host
            server.start()
            started[host] = server
        for host, server in started.items():
            server.wait_ready()
            proxy = server.proxy()
            proxy.Capture(json.dumps({"program": "ses", "title": f"spectrum on {host}"}))
            wait_for(lambda proxy=proxy: proxy.LastCaptures, 10, "shown by its device")
        yield started
    finally:
        for server in started.values():
            server.kill()


def scizoo(*words: str, server: DeviceServer) -> Said:
    """Run ``scizoo`` on the host of a server; return exit code, output and errors."""
    command = [Path(sys.executable).with_name("scizoo"), *words]
    environment = {**os.environ, **server.variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def said_at_last(*words: str, server: DeviceServer, wanted: Callable[[Said], bool]) -> Said:
    """Run ``scizoo`` until it says what is wanted: it gives no device longer than a second to answer."""
    said = scizoo(*words, server=server)
    limit = time.monotonic() + 60
    while not wanted(said) and time.monotonic() < limit:
        said = scizoo(*words, server=server)
    return said


def titles(output: str) -> list[str]:
    return sorted(row["title"] for row in json.loads(output))


def status(server: DeviceServer, wanted: list[str], silent: str = "") -> Said:
    """Return what it says once it shows these captures, and names what does not answer, if anything."""
    words = ("status", "--beamline", BEAMLINE, "--json")

    def said_all(said: Said) -> bool:
        code, output, errors = said
        return titles(output) == wanted and (silent in errors if silent else code == 0)

    return said_at_last(*words, server=server, wanted=said_all)


def test_status_shows_the_captures_of_both(servers):
    code, output, errors = status(servers["capture-1"], ["spectrum on capture-1", "spectrum on capture-2"])
    assert titles(output) == ["spectrum on capture-1", "spectrum on capture-2"], errors
    assert {row["host"] for row in json.loads(output)} == set(HOSTS)
    assert code == 0
    wanted = {
        "pid",
        "type",
        "scan_id",
        "title",
        "proposal",
        "host",
        "state",
        "reason",
        "sinks",
        "end_time",
        "age_s",
    }
    assert all(set(row) == wanted for row in json.loads(output))


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_beamline_that_nobody_knows_is_told_and_no_other_is_shown(servers, command):
    words = (command, "--beamline", "nowhere")
    told = "no device in the Tango database is of beamline 'nowhere' (there is: "
    code, output, _ = said_at_last(
        *words, server=servers["capture-1"], wanted=lambda said: told in said[1] and BEAMLINE in said[1]
    )
    assert told in output
    assert BEAMLINE in output and "spectrum on" not in output
    assert code == 1


def test_a_frozen_one_is_named_and_on_its_own_host_the_state_folder_is_read(servers):
    freeze(servers["capture-2"].pid)
    code, output, errors = status(
        servers["capture-2"], ["spectrum on capture-1", "spectrum on capture-2"], SECOND
    )
    assert titles(output) == ["spectrum on capture-1", "spectrum on capture-2"], errors
    assert f"{SECOND} does not answer" in errors
    assert code == 1


def test_elsewhere_a_silent_one_is_only_named(servers):
    servers["capture-2"].kill()
    code, output, errors = status(servers["capture-1"], ["spectrum on capture-1"], SECOND)
    assert titles(output) == ["spectrum on capture-1"], errors
    assert f"{SECOND} does not answer" in errors
    assert code == 1


def test_check_looks_at_both_and_is_red_for_the_dead_one(servers):
    servers["capture-2"].kill()
    live = "SciFish test/twohosts/capture-1"
    code, output, _ = said_at_last(
        *("check", "--beamline", BEAMLINE, "--json"),
        server=servers["capture-1"],
        wanted=lambda said: {live, f"SciFish {SECOND}"} <= {item["part"] for item in json.loads(said[1])},
    )
    findings = {item["part"]: item for item in json.loads(output)}
    assert set(findings[f"SciFish {SECOND}"]) == {"part", "ok", "finding", "cure"}
    assert not findings[f"SciFish {SECOND}"]["ok"]
    assert live in findings
    assert code == 1
