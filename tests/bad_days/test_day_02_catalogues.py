"""Day 2: MongoDB is down; SciCat is down while MongoDB goes on; each catches up by itself."""

from typing import Any

import pytest

from consumers.testing.scicat_server import Fault
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for


@pytest.mark.parametrize("bad_thing", ["without", "frozen"])
def test_mongodb_is_away(beamline: TrialBeamline, bad_thing: str) -> None:
    with getattr(beamline, bad_thing)("mongod"):
        scans = beamline.scans(2)
        for scan in scans:
            beamline.wait_status(scan, "sent")
    beamline.expect_catalogued(scans)


def test_scicat_is_down_while_mongodb_goes_on(beamline: TrialBeamline) -> None:
    beamline.scicat.always, beamline.scicat.well = Fault(503), False
    scan = beamline.scan()
    beamline.wait_status(scan, "sent")
    wait_for(lambda: beamline.in_mongodb(scan), LIMIT_S, "the dataset in MongoDB")

    def sinks() -> dict[str, Any]:
        return dict(beamline.status_of(scan)["sinks"])

    wait_for(lambda: sinks().get("mongodb", {}).get("state") == "catalogued", LIMIT_S, "MongoDB's receipt")
    assert "catalogued" not in str(sinks().get("scicat"))
    beamline.scicat.always, beamline.scicat.well = None, True
    beamline.expect_catalogued([scan])


def test_scicat_saves_but_never_answers_in_time(beamline: TrialBeamline) -> None:
    beamline.scicat.always = Fault(delay_s=3)  # a request is given up after 2 s
    scan = beamline.scan()
    wait_for(lambda: beamline.in_mongodb(scan), LIMIT_S, "the dataset in MongoDB")
    pid = beamline.pid_of(scan)
    wait_for(lambda: pid in beamline.scicat.state.datasets, LIMIT_S, "the dataset in SciCat, unanswered")
    beamline.wait_status(scan, "sent")  # nobody has said that it arrived
    beamline.scicat.always = None
    beamline.expect_catalogued([scan])


def test_one_consumer_is_off_and_the_other_catalogue_does_not_wait(beamline: TrialBeamline) -> None:
    with beamline.without("scicow-scicat"):
        scan = beamline.scan()
        wait_for(lambda: beamline.in_mongodb(scan), LIMIT_S, "the dataset in MongoDB")
        beamline.wait_status(scan, "sent")
    beamline.expect_catalogued([scan])
