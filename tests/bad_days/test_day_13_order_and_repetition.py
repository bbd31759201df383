"""Day 13: messages come thrice, too late, in the wrong order, and several consumers write at once."""

import random
from datetime import datetime, timezone
from typing import Any

import pytest
import yaml

from scifish.closing.rules import closing_message, owner_is_gone
from scifish.messages import CaptureMessage, decode
from scifish.state_folder import StateFolder
from scifish.status.captures import find_started
from scizoo.services.scicow import Scicow, write_configuration
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.log_of_captures import LogOfCaptures, Record
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for


@pytest.fixture
def log(beamline: TrialBeamline) -> LogOfCaptures:
    """The captures topic."""
    return LogOfCaptures(beamline.parts.kafka.address, beamline.configuration)


def record(message: CaptureMessage) -> Record:
    return Record(message.pid.encode(), message.to_bytes())


def test_every_message_comes_three_times_more_and_the_oldest_last(
    beamline: TrialBeamline, log: LogOfCaptures
) -> None:
    """So ``started`` comes after ``ended``, and each older revision after the newer one."""
    scan = beamline.scan()
    [before] = beamline.expect_catalogued([scan])
    told = log.of(before["_id"])
    assert {decode(each.value).phase for each in told} >= {"started", "ended"}
    log.put(*(each for each in reversed(told) for _ in range(3)))
    log.wait_consumed()
    [after] = beamline.expect_catalogued([scan])
    assert after == before
    beamline.wait_status(scan, "catalogued")


def test_interrupted_comes_after_the_true_end(beamline: TrialBeamline, log: LogOfCaptures) -> None:
    """As SciFish writes it that took a slow producer for dead: a lower rank, whatever its revision."""
    scan = beamline.scan()
    [before] = beamline.expect_catalogued([scan])
    log.put(record(_closed_by_another(beamline, before["_id"])))
    log.wait_consumed()
    [after] = beamline.expect_catalogued([scan], status="completed")
    assert after == before
    beamline.wait_status(scan, "catalogued")


def test_the_true_end_comes_after_interrupted(beamline: TrialBeamline, log: LogOfCaptures) -> None:
    with beamline.frozen("scifish"):
        scan = beamline.scan()
        pid = beamline.pid_of(scan)
        log.put(record(_closed_by_another(beamline, pid)))
        log.wait_consumed()
        closed = beamline.catalogues.dataset(pid)
        assert closed is not None and closed["status"] == "interrupted"
    [document] = beamline.expect_catalogued([scan])
    assert document["error"] is None, "nothing of the wrong end stays"


def test_three_consumers_of_one_catalogue_race_over_the_same_scans(
    beamline: TrialBeamline, log: LogOfCaptures
) -> None:
    beamline.stop("scicow-mongodb")
    scans = beamline.scans(5)
    wait_for(lambda: all(beamline.status_of(scan)["state"] == "sent" for scan in scans), LIMIT_S, "all sent")
    told = [each for scan in scans for each in log.of(beamline.pid_of(scan))]
    log.put(*random.Random(13).sample(told, len(told)))
    rivals = [_rival(beamline, number) for number in (1, 2)]
    try:
        for rival in rivals:
            rival.start()
        beamline.start("scicow-mongodb", wait=False)
        for rival in rivals:
            rival.wait_ready()
        beamline.service("scicow-mongodb").wait_ready()
        log.wait_consumed()
        documents = beamline.expect_catalogued(scans)
    finally:
        for rival in rivals:
            rival.stop()
    assert all(document["complete"] for document in documents)


def _closed_by_another(beamline: TrialBeamline, pid: str) -> CaptureMessage:
    """Return what a SciFish says of a scan whose process it believes dead."""
    found = find_started(StateFolder(beamline.parts.folder.capture_host), pid)
    assert found is not None, "the scan's start is in the spool"
    now = datetime.now(timezone.utc)
    return closing_message(found[0], owner_is_gone("sardana@vm", now), "scifish@vm", 99, now)


def _rival(beamline: TrialBeamline, number: int) -> Scicow:
    """Return a consumer of a group of its own, which reads the whole topic into the same catalogue."""
    described: dict[str, Any] = yaml.safe_load(beamline.configuration.read_text())
    described["group_prefix"] = f"rival{number}"
    described["kafka"]["instance"] = f"rival-{number}"
    described["state_database"]["database"] = f"rival{number}"
    path = beamline.parts.folder.path / f"rival{number}.yaml"
    write_configuration(path, described)
    rival = Scicow(beamline.parts.folder, "mongodb", path)
    rival.name = f"rival-{number}"
    return rival
