"""Day 17: the host's clock is a week back, two hours ahead, and set while a scan runs."""

import time
from datetime import datetime, timedelta, timezone

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from scizoo.services.catalogue import topic_names
from tests.bad_days.harness import words
from tests.bad_days.harness.catalogue import Document
from tests.bad_days.harness.log_of_captures import LogOfCaptures
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.harness.wrong_clock import wrong_clock
from tests.waiting import wait_for

WEEK, HOURS = timedelta(days=-7), timedelta(hours=2)
SLACK = timedelta(minutes=1)
LOOK_S = 1.6
"""The forwarder looks for what is overdue and what may go at least this often here."""


HOSTS = ("scifish", "scifly", "sardana")
"""All that runs on the capture host; the machine's own clock stays as it is."""


def test_the_clock_is_a_week_back_and_then_two_hours_ahead(beamline: TrialBeamline) -> None:
    _set_clock(beamline, "-7d")
    week_back = _scan(beamline)
    beamline.wait_status(week_back, "catalogued")
    with beamline.without("kafka"):
        waiting = _scan(beamline)
        assert beamline.status_of(waiting)["state"] == "captured", "a wrong clock hides nothing"
    beamline.expect_catalogued([week_back, waiting])

    log = LogOfCaptures(beamline.parts.kafka.address, beamline.configuration)
    answered, end = {beamline.pid_of(scan) for scan in (week_back, waiting)}, log.end()
    _set_clock(beamline, "+2h")
    ahead = _scan(beamline)
    scans = [week_back, waiting, ahead]
    documents = beamline.expect_catalogued(scans)
    for document, offset in zip(documents, (WEEK, WEEK, HOURS), strict=True):
        _assert_true(document, offset)
    _nothing_is_removed(beamline, scans)
    sent_again = {(record.key or b"").decode() for record in log.read(start=end)} & answered
    assert not sent_again, "spans count broker time: a clock that went ahead by a week makes nothing overdue"
    beamline.catalogues.begin_test()
    _a_killed_scan_is_closed_once(beamline)


def _scan(beamline: TrialBeamline) -> Scan:
    """Run a scan; its time is not compared, for libfaketime itself makes Sardana several times slower."""
    scan = beamline.begin_scan()
    scan.wait()
    entry = scan.entry()
    assert (scan.result, entry.points, entry.ended) == ("finish", scan.points, True), scan.run.error
    return scan


def _set_clock(beamline: TrialBeamline, offset: str) -> None:
    for name in HOSTS:
        beamline.restart(name, **wrong_clock(offset))


def _assert_true(document: Document, offset: timedelta) -> None:
    now = datetime.now(timezone.utc)
    said = document["start_time"] - now
    assert abs(said - offset) < SLACK, "what the host's clock said is recorded as it was"
    assert abs(document["catalogued_at"] - now) < SLACK, "the catalogue has a clock of its own"
    assert document["assignment"] == "assigned", document["context_note"]
    assert document["end_time"] >= document["start_time"]


def _nothing_is_removed(beamline: TrialBeamline, scans: list[Scan]) -> None:
    """See that no row is taken for an old one."""
    time.sleep(LOOK_S)
    states = [beamline.status_of(scan)["state"] for scan in scans]
    assert states == ["catalogued"] * len(scans)
    assert "kafka" not in words.red_parts()


def _a_killed_scan_is_closed_once(beamline: TrialBeamline) -> None:
    scan = beamline.begin_scan(points=40, seconds=0.2)
    wait_for(lambda: scan.run.step > 5, 20, "some points")
    beamline.kill("sardana")
    [document] = beamline.expect_catalogued([scan], status="interrupted")
    assert document["values_at_start"], "with what was read at its begin"


@pytest.mark.parametrize("offset", [WEEK, HOURS], ids=["a week back", "two hours ahead"])
def test_the_broker_takes_a_message_stamped_by_a_wrong_clock_and_stamps_it_itself(
    beamline: TrialBeamline, offset: timedelta
) -> None:
    """Kafka's own defaults delete the first within a day and refuse the second; our topics do neither."""
    topic, address = topic_names("demo")[1], beamline.parts.kafka.address
    stamp = datetime.now(timezone.utc) + offset
    refused: list[object] = []
    producer = Producer({"bootstrap.servers": address, "log_level": 3})
    producer.produce(
        topic,
        b"from a wrong clock",
        timestamp=int(stamp.timestamp() * 1000),
        on_delivery=lambda error, _: refused.append(error),
    )
    assert producer.flush(10) == 0
    assert refused == [None]
    assert abs(_last_stamp(address, topic) - datetime.now(timezone.utc)) < SLACK


def _last_stamp(address: str, topic: str) -> datetime:
    reader = Consumer({"bootstrap.servers": address, "group.id": "bad-days", "log_level": 3})
    try:
        _, high = reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        reader.assign([TopicPartition(topic, 0, high - 1)])
        message = reader.poll(10)
        assert message is not None and message.error() is None
        return datetime.fromtimestamp(message.timestamp()[1] / 1000, timezone.utc)
    finally:
        reader.close()
