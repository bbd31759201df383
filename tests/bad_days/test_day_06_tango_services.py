"""Day 6: PathFixer and SciDog are dead or frozen; the Tango database is dead."""

import time

import pytest

from scifish.last_copy import LIVE_S
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for

SCAN = ("ascan", "mot01", 0, 1, 2, 0.01)


@pytest.mark.parametrize("outage", ["kill", "freeze"])
def test_without_path_fixer_and_scidog_scans_are_booked_and_read_as_before(
    beamline: TrialBeamline, outage: str
) -> None:
    beamline.scan_until(lambda dataset: dataset["context_origin"] == "live")  # PathFixer was restarted before
    before = beamline.scan()
    for name in ("pathfixer", "scidog"):
        getattr(beamline, outage)(name)
    silent_since = time.monotonic()
    during = beamline.scans(2)

    wait_for(lambda: time.monotonic() > silent_since + LIVE_S, 10, "a session that nobody confirms")
    during.append(beamline.scan())

    documents = beamline.expect_catalogued([before, *during])
    assert {document["proposal"] for document in documents} == {documents[0]["proposal"]}
    assert {document["assignment"] for document in documents} == {"assigned"}
    assert documents[0]["context_origin"] == "live"
    assert documents[-1]["context_origin"] == "cached" and documents[-1]["context_age_s"] > LIVE_S
    assert {str(document["selection"]) for document in documents} == {str(documents[0]["selection"])}
    assert not any(untold(document) for document in documents)


def test_a_new_macro_server_without_path_fixer_and_scidog_knows_them_from_the_disk(
    beamline: TrialBeamline,
) -> None:
    for name in ("pathfixer", "scidog"):
        beamline.kill(name)
    beamline.restart("sardana")

    (document,) = beamline.expect_catalogued([beamline.scan()])
    assert (document["assignment"], document["context_origin"]) == ("assigned", "cached")
    assert not untold(document)


def test_a_dead_tango_database_fails_the_scan_under_way_and_the_next_as_without_us(
    beamline: TrialBeamline,
) -> None:
    """Sardana writes each motor position and asks for each device there; without us it fails as well."""
    ends = []
    for switch in ("off", "on"):
        beamline.door.run("capture", switch)
        scan = beamline.begin_scan(points=20)
        wait_for_points(scan, 2)
        with beamline.without("tango-db"):
            ends += [scan.wait(), beamline.door.begin(*SCAN).wait(30)]
            if switch == "on":  # neither SciFish nor Kafka needs it
                wait_for(beamline.catalogues.new_pids, 20, "the dataset while it is dead")
        wait_until_sardana_finds_devices(beamline)
    assert ends == 4 * ["exception"]

    (document,) = beamline.expect_catalogued([scan], status="failed")
    assert (document["points_recorded"], document["error"][:9]) == (scan.entry().points, "DevFailed")
    beamline.catalogues.begin_test()
    beamline.expect_catalogued([beamline.scan()])


def wait_until_sardana_finds_devices(beamline: TrialBeamline) -> None:
    """Wait until it has connected to the database anew, a second or so after the restart."""
    wait_for(lambda: beamline.door.begin("senv", "BadDay", 6).wait(10) == "finish", 20, "the environment")
    wait_for(lambda: beamline.door.begin("ct", 0.01).wait(10) == "finish", 20, "a count")
