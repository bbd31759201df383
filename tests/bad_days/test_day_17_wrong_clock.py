"""Day 17: the host's clock is a week back, and two hours ahead."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from scizoo.demo.acquisition import acquire
from scizoo.services.catalogue import topic_names
from tests.bad_days.harness import words
from tests.bad_days.harness.catalogue import Document
from tests.bad_days.harness.clients import PathFixer
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.log_of_captures import LogOfCaptures, Record
from tests.bad_days.harness.points import wait_for_points
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.spans import patience
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.harness.vendor_files import pids_of
from tests.bad_days.harness.wrong_clock import wrong_clock
from tests.waiting import wait_for

WEEK, HOURS = timedelta(days=-7), timedelta(hours=2)
SLACK = timedelta(minutes=30)
"""More than the test lasts, and little beside what the clock is off by."""
SINK = "scicow-mongodb"
HOSTS = ("scifish", "scifly", "sardana")
"""All that runs on the capture host; the machine's own clock stays as it is."""


@pytest.mark.timeout(900)
def test_the_clock_is_a_week_back_and_then_two_hours_ahead(beamline: TrialBeamline) -> None:
    _set_clock(beamline, "-7d")
    week_back = _scan(beamline)
    file = _written(beamline, "day-17-week-back")
    beamline.wait_status(week_back, "catalogued")
    with beamline.without("kafka"):
        waiting = _scan(beamline)
        assert beamline.status_of(waiting)["state"] == "captured", "a wrong clock hides nothing"
    told = beamline.expect_catalogued([week_back, waiting, *pids_of([file])])

    log = LogOfCaptures(beamline.parts.kafka.address, beamline.configuration)
    answered, end = {document["_id"] for document in told}, log.end()
    _set_clock(beamline, "+2h")
    ahead = _scan(beamline)
    files = [file, _written(beamline, "day-17-ahead")]
    unanswered = _sent_again(beamline, log, end)
    sent_again = {(record.key or b"").decode() for record in log.read(start=end)} & answered
    assert not sent_again, "spans count broker time: a clock that went ahead by a week makes nothing overdue"

    documents = beamline.expect_catalogued([week_back, waiting, ahead, unanswered, *pids_of(files)])
    for document, offset in zip(documents, (WEEK, WEEK, HOURS, HOURS), strict=False):
        _assert_true(document, offset)
    _nothing_is_removed(beamline, [document["_id"] for document in documents])
    beamline.catalogues.begin_test()
    _a_killed_scan_is_closed_once(beamline)


def _scan(beamline: TrialBeamline) -> Scan:
    """Run a scan, whose file is as without us; libfaketime lets single ones last seconds longer at times."""
    scan = beamline.begin_scan()
    scan.wait()
    assert scan.result == "finish", scan.run.error
    scan.see_the_usual_file()
    return scan


def _written(beamline: TrialBeamline, name: str) -> Path:
    """Let a program beside Sardana write a file into the session's folder."""
    return acquire(Path(PathFixer().session().path), name, duration_s=0.2)


def _sent_again(beamline: TrialBeamline, log: LogOfCaptures, start: int) -> Scan:
    """Run a scan that is not answered until it is sent again: the forwarder has looked for such by then."""
    with beamline.without(SINK):
        scan = _scan(beamline)
        pid = beamline.pid_of(scan).encode()
        wait_for(lambda: _twice(log.read(start=start), pid), LIMIT_S, "what is overdue is sent again")
    return scan


def _twice(records: list[Record], pid: bytes) -> bool:
    """Tell whether a message of a capture stands there a second time."""
    own = [record.value for record in records if record.key == pid]
    return len(own) > len(set(own))


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


def _nothing_is_removed(beamline: TrialBeamline, pids: list[str]) -> None:
    """See that no row is taken for an old one."""
    states = {pid: beamline.status_of(pid)["state"] for pid in pids}
    assert set(states.values()) == {"catalogued"}, states
    words.wait_green()


def _a_killed_scan_is_closed_once(beamline: TrialBeamline) -> None:
    with patience(beamline):
        scan = beamline.begin_scan(points=100, seconds=0.2)
        wait_for_points(scan, 3)
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
    assert producer.flush(LIMIT_S) == 0
    assert refused == [None]
    assert abs(_last_stamp(address, topic) - datetime.now(timezone.utc)) < SLACK


def _last_stamp(address: str, topic: str) -> datetime:
    reader = Consumer({"bootstrap.servers": address, "group.id": "bad-days", "log_level": 3})
    try:
        _, high = reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=LIMIT_S)
        reader.assign([TopicPartition(topic, 0, high - 1)])
        message = reader.poll(LIMIT_S)
        assert message is not None and message.error() is None
        return datetime.fromtimestamp(message.timestamp()[1] / 1000, timezone.utc)
    finally:
        reader.close()
