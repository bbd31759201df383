"""A storage that hangs in the kernel: attributes answer, SIGTERM ends the device, nothing is lost."""

import os
import signal
import time
from pathlib import Path

import pytest
import tango

from tests.integration.pathfixer.conftest import assert_quick_reads, beamline_of
from tests.integration.pathfixer.hanging_mount import HangingMount
from tests.waiting import wait_for

pytestmark = pytest.mark.needs_root

ICE = {"username": "carlcarl", "proposal": "20260101", "visit": "20260914"}


def test_a_hanging_mount_delays_no_read_and_no_end_and_the_session_survives(start_path_fixer, site):
    server = start_path_fixer(FileTimeout="8")
    beamline = beamline_of(server, site)
    beamline.client.open_session(**ICE)
    with HangingMount(site.root / "visitors") as mount:
        beamline.device.Check()
        assert mount.asked.wait(60)
        wait_for(lambda: "did not answer" in beamline.device.status(), 15, "told")
        assert beamline.device.state() == tango.DevState.ALARM
        assert seconds(lambda: beamline.device.write_attribute("Sample", "water")) < 4
        assert beamline.device.Sample == "water"
        assert_quick_reads(beamline.device)
        start = time.perf_counter()
        os.kill(server.pid, signal.SIGTERM)
        wait_for(lambda: not server.alive, 60, "ended")
        assert time.perf_counter() - start < 5, "less than the limit of one call"
    server.start()
    server.wait_ready()
    assert beamline.client.session().path == f"{site.root}/visitors/demo/20260101/20260914/raw"
    assert Path(beamline.client.session().path).is_dir()


def seconds(act) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
