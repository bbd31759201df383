"""Day 3: a consumer dies between writing and committing, freezes for too long, or one of two dies."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scizoo.services.scicow import Scicow
from tests.bad_days.harness.kafka_words import KafkaWords
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.trial_beamline import CONSUMERS, TrialBeamline
from tests.waiting import wait_for

GROUP, INSTANCE = "scicow-mongodb", "scicow-1"
ON_THE_WAY = ("sent", "catalogued")
"""The one in reserve may already have taken over; what is called catalogued is seen to be there."""
TRIES = 3
PLACES = ["scicow.written", "scicow.noted", "scicow.receipted"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("consumer", CONSUMERS)
def test_killed_between_writing_and_committing(beamline: TrialBeamline, consumer: str, place: str) -> None:
    beamline.restart(consumer, fault=f"{place}:kill")
    scan = beamline.scan()
    beamline.wait_dead(consumer)
    answered = ["catalogued"] if place == "scicow.receipted" else []  # perhaps all of it was in that batch
    wait_for(lambda: beamline.status_of(scan)["state"] in ["sent", *answered], LIMIT_S, "the scan sent")
    beamline.start(consumer)
    beamline.expect_catalogued([scan])


def test_frozen_for_longer_than_its_session(beamline: TrialBeamline) -> None:
    kafka = KafkaWords(beamline.parts.kafka.address)
    with beamline.frozen(GROUP):
        scan = beamline.scan()
        wait_for(lambda: not kafka.members_of(GROUP), LIMIT_S, "the group without its member")
        beamline.wait_status(scan, "sent")
    beamline.expect_catalogued([scan])


def test_a_second_process_of_the_same_instance_ends_the_first(beamline: TrialBeamline) -> None:
    kafka = KafkaWords(beamline.parts.kafka.address)
    scan = beamline.scan()
    beamline.expect_catalogued([scan])
    scans = [scan]
    for _ in range(TRIES):  # one that stood still for half a session joins anew, as after an outage
        wait_for(lambda: kafka.has_finished(GROUP), LIMIT_S, "a commit, so that no outage counts any more")
        with another_consumer(beamline, INSTANCE) as second:
            wait_for(lambda: not (beamline.service(GROUP).alive and second.alive), LIMIT_S, "the end of one")
            if second.alive:
                beamline.wait_dead(GROUP)
                beamline.expect_catalogued([*scans, beamline.scan()])
                return
        scans.append(beamline.scan())
        beamline.expect_catalogued(scans)
    pytest.fail("it was always the second that ended")


def test_one_that_is_fenced_off_after_an_outage_joins_anew(beamline: TrialBeamline) -> None:
    """The client loses its member id in an outage, and the group takes what it sends for a stranger's."""
    kafka = KafkaWords(beamline.parts.kafka.address)
    with long_session(beamline):
        wait_for(lambda: kafka.has_finished(GROUP), LIMIT_S, "a commit, after which no outage has been yet")
        with beamline.without("kafka"):
            pass
        with another_consumer(beamline, INSTANCE) as stranger:
            wait_for(lambda: not stranger.alive, LIMIT_S, "the end of the stranger")
            beamline.expect_catalogued([beamline.scan()])
        assert beamline.service(GROUP).alive


def test_one_of_two_is_killed_in_mid_batch(beamline: TrialBeamline) -> None:
    with two_consumers(beamline, fault="scicow.written:kill"):
        scans = beamline.scans(2)
        beamline.wait_dead(GROUP)
        wait_for(lambda: beamline.status_of(scans[-1])["state"] in ON_THE_WAY, LIMIT_S, "the last scan sent")
        beamline.expect_catalogued(scans)


def test_one_of_two_freezes_in_mid_batch_and_goes_on_after_the_other_took_over(
    beamline: TrialBeamline,
) -> None:
    with two_consumers(beamline, fault="scicow.written:stop"):
        scans = beamline.scans(2)
        beamline.wait_frozen(GROUP)
        wait_for(lambda: beamline.status_of(scans[-1])["state"] in ON_THE_WAY, LIMIT_S, "the last scan sent")
        beamline.expect_catalogued(scans)
        beamline.thaw(GROUP)
        wait_for(lambda: have_split_up(beamline), LIMIT_S, "two members again")
        beamline.expect_catalogued([*scans, beamline.scan()])


@contextmanager
def two_consumers(beamline: TrialBeamline, fault: str) -> Iterator[None]:
    """Two processes of the group; the one with the fault has the partition."""
    beamline.restart(GROUP, fault=fault)
    with another_consumer(beamline, "scicow-2"):
        wait_for(lambda: have_split_up(beamline), LIMIT_S, "two members")
        yield


def have_split_up(beamline: TrialBeamline) -> bool:
    """Tell whether the group has two members, one with the partition and one in reserve."""
    members = KafkaWords(beamline.parts.kafka.address).members_of(GROUP)
    return sorted(members.values()) == [False, True]


@contextmanager
def another_consumer(beamline: TrialBeamline, instance: str) -> Iterator[Scicow]:
    """Another process of the group: the same configuration under this instance name."""
    file = beamline.configuration.with_name("scicow-another.yaml")
    text = beamline.configuration.read_text().replace(f"instance: {INSTANCE}", f"instance: {instance}")
    file.touch(mode=0o600)
    file.write_text(text)
    another = Scicow(beamline.parts.folder, "mongodb", file)
    another.name = f"{GROUP}-another"
    another.start()
    try:
        yield another
    finally:
        another.stop()


@contextmanager
def long_session(beamline: TrialBeamline) -> Iterator[None]:
    """The consumer's session outlives a restart of Kafka."""
    ordinary = beamline.configuration.read_text()
    beamline.configure_consumers("kafka", session_timeout_s=60)
    beamline.restart(GROUP)
    try:
        yield
    finally:
        beamline.configuration.write_text(ordinary)
        beamline.restart(GROUP)
