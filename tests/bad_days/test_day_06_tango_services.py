"""Day 6: PathFixer and SciDog are dead or frozen; the Tango database is dead."""

import time

import pytest

from scifish.last_copy import LIVE_S
from scizoo.services.capture_devices import PATH_FIXER, SCI_DOG
from tests.bad_days.harness import words
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.scans import NOISE_S, WAITS_S, Scan
from tests.bad_days.harness.selected import untold
from tests.bad_days.harness.trial_beamline import TRIES, TrialBeamline
from tests.door import MacroError
from tests.waiting import wait_for

LONG = 200
"""Points of a scan that the outage ends."""
SCAN = ("ascan", "mot01", 0, 1, 2, 0.01)


@pytest.mark.parametrize("outage", ["kill", "freeze"])
def test_without_path_fixer_and_scidog_scans_are_booked_and_read_as_before(
    beamline: TrialBeamline, outage: str
) -> None:
    before = beamline.scan_until(lambda dataset: dataset["context_origin"] == "live")
    for name in ("pathfixer", "scidog"):
        getattr(beamline, outage)(name)
    silent_since = time.monotonic()
    during = beamline.scans(2)

    wait_for(lambda: time.monotonic() > silent_since + LIVE_S, LIMIT_S, "a session that nobody confirms")
    during.append(beamline.scan())
    words.wait_red(f"PathFixer {PATH_FIXER}", f"SciDog {SCI_DOG}")

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
    with beamline.without_us():
        _, without_us = scan_in_the_outage(beamline)
    scans, took = list[Scan](), list[float]()
    while not took or (min(took) > without_us + WAITS_S + NOISE_S and len(took) < TRIES):
        scan, seconds = scan_in_the_outage(beamline, captured=True)
        scans.append(scan)
        took.append(seconds)
    assert min(took) <= without_us + WAITS_S + NOISE_S

    for scan, document in zip(scans, beamline.expect_catalogued(scans, status="failed"), strict=True):
        assert (document["points_recorded"], document["error"][:9]) == (scan.entry().points, "DevFailed")
    beamline.catalogues.begin_test()
    beamline.expect_catalogued([beamline.scan()])


def scan_in_the_outage(beamline: TrialBeamline, captured: bool = False) -> tuple[Scan, float]:
    """Let a scan and the next one fail; return the first, and how long it went on without the database."""
    scan = beamline.begin_scan(points=LONG)
    wait_for_points(scan, 2)
    killed_at = time.monotonic()
    with beamline.without("tango-db"):
        ends = [scan.wait(), beamline.door.begin(*SCAN).wait(LIMIT_S)]
        if captured:  # neither SciFish nor Kafka needs it
            wait_for(lambda: beamline.catalogues.dataset(scan), LIMIT_S, "the dataset while it is dead")
            words.wait_red("tango-db")
            assert beamline.status_of(scan)["end_time"], "status reads the state folder instead"
    wait_until_sardana_finds_devices(beamline)
    assert ends == ["exception", "exception"]
    return scan, scan.run.began_at + scan.duration_s - killed_at


def wait_until_sardana_finds_devices(beamline: TrialBeamline) -> None:
    """Wait until it has connected to the database anew, a second or so after the restart."""
    wait_for(lambda: _finishes(beamline, "senv", "BadDay", 6), LIMIT_S, "the environment")
    wait_for(lambda: _finishes(beamline, "ct", 0.01), LIMIT_S, "a count")


def _finishes(beamline: TrialBeamline, *macro: object) -> bool:
    try:
        return beamline.door.begin(*(str(word) for word in macro)).wait(30) == "finish"
    except MacroError:
        return False
