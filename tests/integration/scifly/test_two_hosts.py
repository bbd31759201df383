"""Two capture hosts of one beamline: scans on one, SciFly beside vendor software on the other."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from tests.waiting import wait_for


@pytest.fixture
def raw(beamline) -> Path:
    return beamline.open_session("20260101")


@pytest.fixture
def sci_fish(beamline, tmp_path: Path) -> Iterator[dict[str, DeviceServer]]:
    """The SciFish of each host, each with a state folder of its own; SciFly's host is ``ec-fly``."""
    started: dict[str, DeviceServer] = {}
    sessions = f"*={beamline.announcer.devices[0].name}"
    properties = {
        "Beamline": beamline.name, "Facility": "maxiv", "PidPrefix": "20.500.12345", "Sessions": sessions
    }  # fmt: skip
    try:
        for host in ("ec-scan", "ec-fly"):
            device = Device(f"{beamline.name}/ctl/{host}", "SciFish", properties)
            home = RunFolder(tmp_path / host)
            server = DeviceServer(
                home,
                beamline.tango_host,
                f"{host}-{beamline.name}",
                "SciFish",
                [device],
                f"{beamline.name}-{host}",
            )
            server.variables["SCIZOO_HOST"] = host
            if host == "ec-fly":
                server.variables["SCIZOO_STATE"] = str(beamline.state)
            server.start()
            started[host] = server
        for server in started.values():
            server.wait_ready()
        yield started
    finally:
        for server in started.values():
            server.kill()


def names(beamline) -> list[str]:
    return sorted(message.name for message in beamline.datasets().values())


def test_a_file_that_a_scan_of_the_other_host_names_is_one_dataset(beamline, raw, sci_fish):
    scans = sci_fish["ec-scan"].proxy()
    beamline.serve()
    beamline.watching(raw)
    begin = {"program": "sardana", "source_folder": str(raw)}
    pid = scans.StartCapture(json.dumps(begin))
    (raw / "scan_0001.h5").write_text("counts")
    (raw / "Ag_0001.txt").write_text("counts")
    wait_for(lambda: beamline.read("Settling") == 2, 20, "both are seen")
    scans.EndCapture(json.dumps({"pid": pid, "files": [{"path": "scan_0001.h5"}]}))
    beamline.captured(1, 40)
    beamline.idle()
    assert names(beamline) == ["Ag_0001.txt"]

    # A host that does not tell its scans is waited for; the own one's spools are read anyway.
    os.kill(sci_fish["ec-scan"].pid, signal.SIGKILL)
    sci_fish["ec-fly"].kill()
    (raw / "Ag_0002.txt").write_text("counts")
    wait_for(lambda: f"{beamline.name}/ctl/ec-scan" in beamline.proxy.status(), 20, "the silent one is named")
    wait_for(lambda: beamline.read("Settling") == 1, 20, "it waits")
    assert names(beamline) == ["Ag_0001.txt"]
    sci_fish["ec-scan"].stop()
    sci_fish["ec-scan"].start()
    sci_fish["ec-scan"].wait_ready()
    beamline.captured(2, 40)
    assert names(beamline) == ["Ag_0001.txt", "Ag_0002.txt"]
