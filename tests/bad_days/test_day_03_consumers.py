"""Day 3: a consumer dies between writing and committing, freezes for too long, or one of two dies."""

import pytest

from scizoo.services.scicow import Scicow
from tests.bad_days.harness.kafka_words import KafkaWords
from tests.bad_days.harness.trial_beamline import CONSUMERS, TrialBeamline
from tests.waiting import wait_for

GROUP = "scicow-mongodb"
PLACES = ["scicow.written", "scicow.noted", "scicow.receipted"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("consumer", CONSUMERS)
def test_killed_between_writing_and_committing(beamline: TrialBeamline, consumer: str, place: str) -> None:
    beamline.restart(consumer, fault=f"{place}:kill")
    scan = beamline.scan()
    beamline.wait_dead(consumer)
    beamline.start(consumer)
    beamline.expect_catalogued([scan])


def test_frozen_for_longer_than_its_session(beamline: TrialBeamline) -> None:
    kafka = KafkaWords(beamline.parts.kafka.address)
    with beamline.frozen(GROUP):
        scan = beamline.scan()
        wait_for(lambda: not kafka.members_of(GROUP), 20, "the group without its member")
        beamline.wait_status(scan, "sent")
    beamline.expect_catalogued([scan])


def test_one_of_two_is_killed_in_mid_batch(beamline: TrialBeamline) -> None:
    kafka = KafkaWords(beamline.parts.kafka.address)
    beamline.restart(GROUP, fault="scicow.written:kill")
    second = second_consumer(beamline)
    try:
        second.start()
        wait_for(lambda: sorted(kafka.members_of(GROUP).values()) == [False, True], 30, "two members")
        scans = beamline.scans(2)
        beamline.wait_dead(GROUP)
        beamline.expect_catalogued(scans)
    finally:
        second.stop()


def second_consumer(beamline: TrialBeamline) -> Scicow:
    """A second process of the group: the same configuration under another instance name."""
    file = beamline.configuration.with_name("scicow-second.yaml")
    text = beamline.configuration.read_text().replace("instance: scicow-1", "instance: scicow-2")
    file.touch(mode=0o600)
    file.write_text(text)
    second = Scicow(beamline.parts.folder, "mongodb", file)
    second.name = f"{GROUP}-second"
    return second
