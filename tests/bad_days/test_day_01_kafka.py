"""Day 1: Kafka is down before, during and after a scan, and restarted; the leader of three is killed."""

import pytest

from tests.bad_days.harness.kafka_words import CAPTURES, KafkaWords
from tests.bad_days.harness.log_of_service import LogOf
from tests.bad_days.harness.three_brokers import three_brokers
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.harness.words import red_parts
from tests.waiting import wait_for

CONSUMER = "scicow-mongodb"


def test_kafka_is_down_before_during_and_after_a_scan(beamline: TrialBeamline) -> None:
    with beamline.without("kafka"):
        scan = beamline.scan()
        assert beamline.status_of(scan)["state"] == "captured"
        expected = {"topics demo", "SciFish demo/ctl/scifish-01"}
        wait_for(lambda: expected <= set(red_parts()), 30, "red for the topics and for SciFish")
    beamline.expect_catalogued([scan])


def test_kafka_is_killed_during_a_scan_and_back_before_its_end(beamline: TrialBeamline) -> None:
    scan = beamline.begin_scan(points=40)
    beamline.wait_status(scan, "catalogued")  # its begin
    beamline.kill("kafka")
    beamline.start("kafka")
    scan.wait()
    scan.assert_unharmed()
    beamline.expect_catalogued([scan])


def test_kafka_is_away_for_longer_than_the_session_of_a_consumer_that_must_commit(
    beamline: TrialBeamline,
) -> None:
    """What is written and answered waits for the brokers to be committed, and the session ends."""
    beamline.restart(CONSUMER, fault="scicow.receipted:stop")
    log = LogOf(beamline.service(CONSUMER))
    scan = beamline.scan()
    beamline.wait_frozen(CONSUMER)
    with beamline.without("kafka"):
        beamline.thaw(CONSUMER)
        log.wait_for("session timed out", 30)
    beamline.expect_catalogued([scan, beamline.scan()])
    assert beamline.service(CONSUMER).alive


def test_kafka_is_frozen_while_scans_run(beamline: TrialBeamline) -> None:
    with beamline.frozen("kafka"):
        scans = beamline.scans(2)
        assert [beamline.status_of(scan)["state"] for scan in scans] == ["captured", "captured"]
    beamline.expect_catalogued(scans)


@pytest.mark.timeout(180)
def test_the_leader_of_three_brokers_is_killed(beamline: TrialBeamline) -> None:
    with three_brokers(beamline) as kafka:
        before = beamline.scan()
        leader = KafkaWords(kafka.address).leader_of(CAPTURES)
        kafka.brokers[leader - 1].kill()
        after = beamline.scan()
        beamline.expect_catalogued([before, after])
