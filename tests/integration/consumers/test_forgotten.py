"""A consumer that its group gives nothing goes on with a new client; the one it left is not heard."""

import logging
from contextlib import closing
from threading import enumerate as enumerate_threads

import pytest
from confluent_kafka import Consumer, ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from consumers.buffer import Buffer
from consumers.consumer_settings import consumer_settings
from consumers.source import Source
from tests.integration.consumers.installation import Installation
from tests.waiting import wait_for

SESSION_S = 6
"""The shortest that a broker takes."""
ANSWERS_LATER = 50
"""So many later a member has long received what the group gave it."""


def test_after_three_sessions_without_an_answer_it_is_a_new_client_that_reads(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "scicow")
    kafka = installation.configuration.kafka.model_copy(update={"session_timeout_s": SESSION_S})
    topic, settings = installation.names.captures("demo"), consumer_settings(kafka, "forgetful")
    source = Source(settings, [topic], Buffer(), {})

    def polled(condition: str) -> bool:
        source.poll(0.1)
        return condition in caplog.text

    with closing(source):
        with closing(Consumer({**settings, "partition.assignment.strategy": "range"})) as other_protocol:
            other_protocol.subscribe([topic])
            wait_for(lambda: other_protocol.poll(0.1) or other_protocol.assignment(), 30, "its partition")
            source.subscribe()
            wait_for(
                lambda: polled("it has not said for too long what is to be read here"), 60, "a new client"
            )
            assert source.reading() == set()
        wait_for(lambda: polled(f"reads {topic}[0]"), 60, "the partition")
        assert source.reading() == {topic}


def test_partitions_that_come_while_a_client_is_left_change_nothing(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """They come on the thread that closes it, when the next client may be reading already."""
    caplog.set_level(logging.INFO, "scicow")
    topic = installation.names.captures("demo")
    settings = consumer_settings(installation.configuration.kafka, "left")
    admin = AdminClient({"bootstrap.servers": settings["bootstrap.servers"]})
    before = set(enumerate_threads())
    with closing(Source(settings, [topic], Buffer(), {})) as source:
        source.subscribe()
        wait_for(lambda: _is_stable(admin, "left"), 60, "its place in the group")
        for _ in range(ANSWERS_LATER):
            assert _is_stable(admin, "left")
    wait_for(
        lambda: "scicow-leaving" not in {one.name for one in {*enumerate_threads()} - before}, 60, "its end"
    )
    assert f"{topic}[0]" not in caplog.text


@pytest.mark.parametrize(("instance", "state"), [("one", "STABLE"), (None, "EMPTY")])
def test_only_a_named_instance_keeps_its_place_while_it_is_restarted(
    installation: Installation, caplog: pytest.LogCaptureFixture, instance: str | None, state: str
) -> None:
    caplog.set_level(logging.INFO, "scicow")
    kafka = installation.configuration.kafka.model_copy(update={"instance": instance})
    topic, settings = installation.names.captures("demo"), consumer_settings(kafka, f"named-{instance}")
    with closing(Source(settings, [topic], Buffer(), {})) as source:
        source.subscribe()

        def reads() -> bool:
            source.poll(0.1)
            return f"reads {topic}[0]" in caplog.text

        wait_for(reads, 60, "the partition")
    admin = AdminClient({"bootstrap.servers": settings["bootstrap.servers"]})
    wait_for(lambda: _state(admin, f"named-{instance}") is ConsumerGroupState[state], 20, state)


def _is_stable(admin: AdminClient, group: str) -> bool:
    try:
        return _state(admin, group) is ConsumerGroupState.STABLE
    except KafkaException:
        return False  # no coordinator yet


def _state(admin: AdminClient, group: str) -> ConsumerGroupState:
    state: ConsumerGroupState = admin.describe_consumer_groups([group])[group].result().state
    return state
