"""Day 3: a consumer dies between writing and committing, freezes for too long, or one of two dies."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    with two_consumers(beamline, fault="scicow.written:kill"):
        scans = beamline.scans(2)
        beamline.wait_dead(GROUP)
        beamline.expect_catalogued(scans)


def test_one_of_two_freezes_in_mid_batch_and_goes_on_after_the_other_took_over(
    beamline: TrialBeamline,
) -> None:
    with two_consumers(beamline, fault="scicow.written:stop"):
        scans = beamline.scans(2)
        beamline.wait_frozen(GROUP)
        beamline.expect_catalogued(scans)
        beamline.thaw(GROUP)
        wait_for(lambda: have_split_up(beamline), 30, "two members again")
        beamline.expect_catalogued([*scans, beamline.scan()])


@contextmanager
def two_consumers(beamline: TrialBeamline, fault: str) -> Iterator[None]:
    """Two processes of the group; the one with the fault has the partition."""
    beamline.restart(GROUP, fault=fault)
    second = second_consumer(beamline)
    try:
        second.start()
        wait_for(lambda: have_split_up(beamline), 30, "two members")
        yield
    finally:
        second.stop()


def have_split_up(beamline: TrialBeamline) -> bool:
    """Tell whether the group has two members, one with the partition and one in reserve."""
    members = KafkaWords(beamline.parts.kafka.address).members_of(GROUP)
    return sorted(members.values()) == [False, True]


def second_consumer(beamline: TrialBeamline) -> Scicow:
    """A second process of the group: the same configuration under another instance name."""
    file = beamline.configuration.with_name("scicow-second.yaml")
    text = beamline.configuration.read_text().replace("instance: scicow-1", "instance: scicow-2")
    file.touch(mode=0o600)
    file.write_text(text)
    second = Scicow(beamline.parts.folder, "mongodb", file)
    second.name = f"{GROUP}-second"
    return second
