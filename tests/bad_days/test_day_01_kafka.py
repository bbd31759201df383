"""Day 1: Kafka is down before, during and after a scan, and restarted; the leader of three is killed."""

from scifish.status.captures import CaptureState
from tests.bad_days.harness.kafka_words import CAPTURES, KafkaWords
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.log_of_service import LogOf
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.three_brokers import three_brokers
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.harness.words import wait_red
from tests.waiting import wait_for

CONSUMER = "scicow-mongodb"
LONG = 80


def test_kafka_is_down_before_during_and_after_a_scan(beamline: TrialBeamline) -> None:
    with beamline.without("kafka"):
        scan = beamline.scan()
        assert beamline.status_of(scan)["state"] == "captured"
        wait_red("topics demo", "SciFish demo/ctl/scifish-01")
    beamline.expect_catalogued([scan])


def test_kafka_is_killed_during_a_scan_and_started_at_once(beamline: TrialBeamline) -> None:
    scan = beamline.begin_scan(points=LONG)
    begun = wait_for(lambda: its_begin_is_catalogued(beamline, scan), LIMIT_S, "its begin catalogued")
    beamline.kill("kafka")
    during = beamline.capture_of(scan)
    assert during and (during.pid, during.end_time) == (begun.pid, None), "it runs"
    beamline.start("kafka")
    scan.wait(180)
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
        log.wait_for("session timed out", LIMIT_S)
        # its file's size came after the kill; or all of it had been answered
        assert beamline.status_of(scan)["state"] in ("sent", "captured", "catalogued")
    beamline.expect_catalogued([scan, beamline.scan()])
    assert beamline.service(CONSUMER).alive


def test_kafka_is_frozen_while_scans_run(beamline: TrialBeamline) -> None:
    with beamline.frozen("kafka"):
        scans = beamline.scans(2)
        assert [beamline.status_of(scan)["state"] for scan in scans] == ["captured", "captured"]
    beamline.expect_catalogued(scans)


def test_the_leader_of_three_brokers_is_killed(beamline: TrialBeamline) -> None:
    with three_brokers(beamline) as kafka:
        before, words = beamline.scan(), KafkaWords(kafka.address)
        leader = wait_for(lambda: leader_among(words, {1, 2, 3}), LIMIT_S, "a leader")
        during = beamline.begin_scan(points=20)
        wait_for_points(during, 3)
        kafka.brokers[leader - 1].kill()
        during.wait()
        during.assert_whole()
        wait_for(lambda: beamline.status_of(during)["end_time"], LIMIT_S, "its end in status")
        beamline.expect_catalogued([before, during, beamline.scan()])
        wait_for(lambda: leader_among(words, {1, 2, 3} - {leader}), LIMIT_S, "another leader")


def leader_among(words: KafkaWords, brokers: set[int]) -> int | None:
    """Return the number of the broker that leads the captures, should it be one of these."""
    leader = words.leader_of(CAPTURES)
    return leader if leader in brokers else None


def its_begin_is_catalogued(beamline: TrialBeamline, scan: Scan) -> CaptureState | None:
    """Return a scan's capture, should all that was told of it be in the catalogues."""
    capture = beamline.capture_of(scan)
    return capture if capture and capture.state == "catalogued" else None
