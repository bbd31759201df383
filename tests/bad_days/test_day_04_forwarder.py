"""Day 4: the forwarder is killed between acknowledgement and noting it, frozen, or not there at all."""

import subprocess
import sys
from collections import Counter

import pytest

from tests.bad_days.harness import words
from tests.bad_days.harness.trial_beamline import SHOWN, TrialBeamline

PART = "SciFish demo/ctl/scifish-01"
PLACES = ["forwarder.before-note", "forwarder.sending", "forwarder.acknowledged", "forwarder.receipts-read"]
MODULE = "tests.bad_days.harness.many_captures"
A_DAYS_WORTH = 500


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_each_step_of_its_way(beamline: TrialBeamline, place: str) -> None:
    beamline.restart("scifish", fault=f"{place}:kill", wait=False)
    scan = beamline.scan()
    beamline.wait_dead("scifish")
    assert beamline.status_of(scan)["state"] in ("captured", "sent")
    words.wait_red(PART)
    beamline.start("scifish")
    beamline.expect_catalogued([scan])


def test_frozen_while_scans_run(beamline: TrialBeamline) -> None:
    with beamline.frozen("scifish"):
        scans = beamline.scans(3)
        assert {beamline.status_of(scan)["state"] for scan in scans} == {"captured"}
        words.wait_red(PART)
    beamline.expect_catalogued(scans)


def test_not_started_for_a_days_worth_of_scans(beamline: TrialBeamline) -> None:
    with beamline.without("scifish"):
        command = [sys.executable, "-m", MODULE, str(A_DAYS_WORTH), str(beamline.scan_dir)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
        scan = beamline.scan()
        pids = done.stdout.split()
        made = {*pids, beamline.pid_of(scan)}
        shown = Counter(row["state"] for row in words.status() if row["pid"] in made)
        assert shown.keys() == {"captured"} and shown["captured"] > SHOWN // 2  # others may be from tomorrow
    beamline.expect_catalogued([*pids, scan], limit_s=300)
