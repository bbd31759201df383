"""Day 1: Kafka is down before, during and after a scan, and restarted; the leader of three is killed."""

from tests.bad_days.harness.trial_beamline import TrialBeamline


def test_kafka_is_down_before_during_and_after_a_scan(beamline: TrialBeamline) -> None:
    with beamline.without("kafka"):
        scan = beamline.scan()
        assert beamline.status_of(scan)["state"] == "captured"
    beamline.expect_catalogued([scan])
