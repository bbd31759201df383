"""Kafka down before, during and after; restarted; and a broker that is frozen."""

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scifish.testing.capture_messages import new_identity, told
from scizoo.services.kafka import ApacheKafka
from tests.processes import freeze
from tests.serving import serving
from tests.waiting import wait_for


@contextmanager
def away(kafka: ApacheKafka) -> Iterator[None]:
    """Stop the broker for a while; later tests need it."""
    kafka.stop()
    try:
        yield
    finally:
        kafka.start()
        kafka.wait_ready()


@pytest.fixture(scope="module")
def kafka(run_folder) -> Iterator[ApacheKafka]:
    """A broker of this module's own, since it is stopped and frozen."""
    yield from serving(ApacheKafka(run_folder, name=f"kafka-{uuid.uuid4().hex[:6]}"))


def test_what_is_captured_while_kafka_is_down_goes_when_it_is_back_in_order_and_once(beamline, kafka):
    messages = [told(new_identity(), "ended") for _ in range(100)]
    with away(kafka):
        forwarder = beamline.forward()
        wait_for(lambda: "no broker answers" in str(forwarder.status.trouble), 60, "the outage is said")
        for message in messages:
            beamline.spool.commit(message)
        wait_for(lambda: forwarder.status.pending == 100, 60, "pending")
    for message in messages:
        beamline.wait_state(message.pid, "sent", 60)
    assert [copy.pid for copy in beamline.log(100)] == [message.pid for message in messages]
    assert beamline.log_length() == 100
    wait_for(lambda: forwarder.status.trouble is None, 20, "well again")


def test_a_broker_that_goes_in_the_middle_loses_nothing(beamline, kafka):
    forwarder = beamline.forward()
    first, second = told(new_identity(), "ended"), told(new_identity(), "ended")
    beamline.spool.commit(first)
    beamline.wait_state(first.pid, "sent")
    with away(kafka):
        beamline.spool.commit(second)
        wait_for(lambda: "no broker answers" in str(forwarder.status.trouble), 60, "the outage is said")
    beamline.wait_state(second.pid, "sent", 60)
    assert {copy.pid for copy in beamline.log(2)} == {first.pid, second.pid}


def test_a_frozen_broker_delays_and_loses_nothing_and_stopping_takes_a_moment(beamline, kafka):
    message = told(new_identity(), "ended")
    forwarder = beamline.forward()
    wait_for(lambda: forwarder.status.trouble is None, 20, "connected")
    freeze(kafka.pid)
    try:
        beamline.spool.commit(message)
        wait_for(lambda: "no broker answers" in str(forwarder.status.trouble), 20, "the outage is said")
        before = os.times().elapsed
        forwarder.stop()
        assert os.times().elapsed - before < 8
    finally:
        os.kill(kafka.pid, signal.SIGCONT)
    beamline.forward()
    beamline.wait_state(message.pid, "sent", 60)
    assert {copy.pid for copy in beamline.log(1)} == {message.pid}
