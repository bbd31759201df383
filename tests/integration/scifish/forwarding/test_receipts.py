"""The catalogue's answers, and what follows from them."""

from datetime import datetime, timedelta, timezone

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from scifish.status.captures import get_capture
from scifish.testing.capture_messages import new_identity, told
from tests.waiting import wait_for


@pytest.fixture
def sent(beamline):
    """One capture that Kafka has and nobody has answered."""
    message = told(new_identity(), "ended")
    beamline.spool.commit(message)
    beamline.forward()
    beamline.wait_state(message.pid, "sent")
    return message


def test_catalogued_needs_the_answer_of_every_sink_that_the_receipt_names(beamline, receipt, sent):
    both = {"sinks": ["mongodb", "scicat"]}
    beamline.answer(receipt(sent, **both))
    wait_for(lambda: get_capture(beamline.folder, sent.pid).sinks, 10, "first receipt")
    assert get_capture(beamline.folder, sent.pid).state == "sent"
    beamline.answer(receipt(sent, sink="scicat", **both))
    found = beamline.wait_state(sent.pid, "catalogued")
    assert {name: sink.state for name, sink in found.sinks.items()} == dict.fromkeys(
        ["mongodb", "scicat"], "catalogued"
    )


@pytest.mark.parametrize("outcome", ["waiting", "rejected"])
def test_the_reason_of_a_sink_is_told(beamline, receipt, sent, outcome):
    beamline.answer(receipt(sent, outcome, "scicat", reason="proposal 2099 is unknown"))
    found = beamline.wait_state(sent.pid, outcome)
    assert found.reason == "scicat: proposal 2099 is unknown"


def test_receipts_of_another_host_and_garbage_change_nothing(beamline, receipt, sent):
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": beamline.address})
    producer.produce(beamline.receipts, b"\x00garbage")
    producer.produce(beamline.receipts, None)
    producer.flush(10)
    foreign = told(new_identity(host="capture-2"), "ended")
    beamline.answer(receipt(foreign), receipt(sent))
    beamline.wait_state(sent.pid, "catalogued")
    assert get_capture(beamline.folder, foreign.pid) is None


def test_an_answer_to_an_older_revision_does_not_count_for_the_newer(beamline, receipt):
    identity = new_identity()
    started, ended = told(identity, "started", 2), told(identity, "ended", 3)
    beamline.spool.commit(started)
    beamline.spool.commit(ended)
    beamline.forward()
    beamline.wait_state(ended.pid, "sent")
    beamline.answer(receipt(started))
    beamline.answer(receipt(told(new_identity())))
    beamline.wait_state(ended.pid, "sent")
    beamline.answer(receipt(ended))
    beamline.wait_state(ended.pid, "catalogued")


def test_answers_that_came_while_the_forwarder_was_down_are_read_once_it_is_back(beamline, receipt, sent):
    beamline.forwarders[0].stop()
    beamline.answer(receipt(sent))
    beamline.forward()
    beamline.wait_state(sent.pid, "catalogued")


def test_a_receipts_topic_that_was_emptied_is_read_from_its_beginning(beamline, receipt, sent):
    beamline.answer(*[receipt(told(new_identity())) for _ in range(5)], receipt(sent, "waiting", reason="a"))
    beamline.wait_state(sent.pid, "waiting")
    beamline.forwarders[0].stop()
    beamline.answer(*[receipt(told(new_identity())) for _ in range(5)])
    admin = AdminClient({"bootstrap.servers": beamline.address})
    for future in admin.delete_records([TopicPartition(beamline.receipts, 0, 11)]).values():
        future.result(10)
    beamline.answer(receipt(sent))
    beamline.forward()
    beamline.wait_state(sent.pid, "catalogued")


def test_a_message_without_a_final_receipt_is_sent_again_by_itself(beamline, receipt):
    message = told(new_identity(), "ended")
    beamline.spool.commit(message)
    forwarder = beamline.forward(resend_after_s=1, resend_longest_s=2)
    assert {copy.pid for copy in beamline.log(3, timeout_s=60)} == {message.pid}
    beamline.answer(receipt(message))
    beamline.wait_state(message.pid, "catalogued")
    forwarder.stop()


def test_a_gap_in_the_log_is_sent_again_and_nothing_outside_it(beamline, receipt, sent):
    now = datetime.now(timezone.utc)
    gap = {"pid": None, "author": None, "phase": None, "rank": None, "revision": None}
    past = {"resend_from": now - timedelta(days=2), "resend_to": now - timedelta(days=1)}
    beamline.answer(receipt(sent, "resend", **gap, **past))
    around = {"resend_from": now - timedelta(hours=1), "resend_to": now + timedelta(hours=1)}
    beamline.answer(receipt(sent, "resend", **gap, **around))
    assert [copy.pid for copy in beamline.log(2)] == [sent.pid, sent.pid]
    beamline.wait_state(sent.pid, "sent")
    assert beamline.log_length() == 2
