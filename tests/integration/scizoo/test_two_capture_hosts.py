"""Two capture hosts at one beamline: status and check cover both, also when one is silent."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from tests.waiting import wait_for

BEAMLINE = "twohosts"
PROPERTIES = {"Beamline": BEAMLINE, "Facility": "maxiv", "PidPrefix": "20.500.12345"}
HOSTS = ("capture-1", "capture-2")


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


def scizoo(*words: str, server: DeviceServer) -> tuple[int, str, str]:
    """Run ``scizoo`` on the host of a server; return exit code, output and errors."""
    command = [Path(sys.executable).with_name("scizoo"), *words]
    environment = {**os.environ, **server.variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def titles(output: str) -> list[str]:
    return sorted(row["title"] for row in json.loads(output))


def test_status_shows_the_captures_of_both(servers):
    code, output, errors = scizoo("status", "--beamline", BEAMLINE, "--json", server=servers["capture-1"])
    assert titles(output) == ["spectrum on capture-1", "spectrum on capture-2"], errors
    assert {row["host"] for row in json.loads(output)} == set(HOSTS)
    assert code == 0
    wanted = {"pid", "type", "scan_id", "title", "host", "state", "reason", "sinks", "end_time", "age_s"}
    assert all(set(row) == wanted for row in json.loads(output))


def test_a_frozen_one_is_named_and_on_its_own_host_the_state_folder_is_read(servers):
    os.kill(servers["capture-2"].pid, signal.SIGSTOP)
    code, output, errors = scizoo("status", "--beamline", BEAMLINE, "--json", server=servers["capture-2"])
    assert titles(output) == ["spectrum on capture-1", "spectrum on capture-2"]
    assert f"test/{BEAMLINE}/capture-2 does not answer" in errors
    assert code == 1


def test_elsewhere_a_silent_one_is_only_named(servers):
    servers["capture-2"].kill()
    code, output, errors = scizoo("status", "--beamline", BEAMLINE, "--json", server=servers["capture-1"])
    assert titles(output) == ["spectrum on capture-1"]
    assert f"test/{BEAMLINE}/capture-2 does not answer" in errors
    assert code == 1


def test_check_looks_at_both_and_is_red_for_the_dead_one(servers):
    servers["capture-2"].kill()
    code, output, _ = scizoo("check", "--beamline", BEAMLINE, "--json", server=servers["capture-1"])
    findings = {item["part"]: item for item in json.loads(output)}
    assert set(findings["SciFish test/twohosts/capture-2"]) == {"part", "ok", "finding", "cure"}
    assert not findings["SciFish test/twohosts/capture-2"]["ok"]
    assert "SciFish test/twohosts/capture-1" in findings
    assert code == 1
