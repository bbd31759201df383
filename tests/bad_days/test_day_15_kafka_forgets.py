"""Day 15: Kafka forgets. The spool is the record: every scan still ends catalogued."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.bad_days.harness.kafka_words import CAPTURES, RECEIPTS, KafkaWords, wipe
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.trial_beamline import CONSUMERS, TrialBeamline
from tests.bad_days.harness.words import apply_topics, wait_finding
from tests.waiting import wait_for

MADE = {CAPTURES, RECEIPTS, "scizoo.demo.dead-letters"}


@pytest.fixture
def kafka(beamline: TrialBeamline) -> Iterator[KafkaWords]:
    """The broker; its topics are there again after the test."""
    words = KafkaWords(beamline.parts.kafka.address)
    yield words
    beamline.heal_services()
    if not words.topics() >= MADE:
        apply_topics(beamline.configuration)


def sent_but_not_read(beamline: TrialBeamline) -> list[Scan]:
    """Scans that Kafka has acknowledged while no consumer was there."""
    for name in CONSUMERS:
        beamline.kill(name)
    scans = beamline.scans(2)
    for scan in scans:
        beamline.wait_status(scan, "sent")
    return scans


@pytest.mark.parametrize("topic", [CAPTURES, RECEIPTS])
def test_a_topic_is_deleted_and_made_again(beamline: TrialBeamline, kafka: KafkaWords, topic: str) -> None:
    beamline.restart("kafka")  # else both lives of the topic have the same leader epoch
    kafka.delete_topic(topic)
    scan = beamline.scan()
    if topic == CAPTURES:
        beamline.wait_status(scan, "topic missing")
    wait_finding("topics demo", "topic missing")
    apply_topics(beamline.configuration)
    beamline.expect_catalogued([scan])


def test_the_broker_is_wiped(beamline: TrialBeamline, kafka: KafkaWords) -> None:
    scans = sent_but_not_read(beamline)
    beamline.kill("kafka")
    wipe(beamline.parts.kafka.brokers[0])
    scans.append(beamline.scan())
    beamline.start("kafka")
    beamline.wait_status(scans[-1], "topic missing")
    apply_topics(beamline.configuration)
    for name in CONSUMERS:
        beamline.start(name)
    beamline.expect_catalogued(scans)


def test_retention_is_shorter_than_the_outage(beamline: TrialBeamline, kafka: KafkaWords) -> None:
    scans = sent_but_not_read(beamline)
    kafka.empty_topic(CAPTURES)
    for name in CONSUMERS:
        beamline.start(name)
    beamline.expect_catalogued(scans)


def test_the_receipts_topic_is_emptied_before_they_are_read(
    beamline: TrialBeamline, kafka: KafkaWords
) -> None:
    scans = sent_but_not_read(beamline)
    beamline.freeze("scifish")
    for name in CONSUMERS:
        beamline.start(name)
    for name in CONSUMERS:
        wait_for(
            partial(kafka.has_finished, name), LIMIT_S, f"{name} has read, answered and committed everything"
        )
    kafka.empty_topic(RECEIPTS)
    beamline.kill("scifish")
    beamline.start("scifish")
    beamline.expect_catalogued(scans)
