"""Reading a topic from its first to its last message, once, without leaving a trace in it."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from consumers.errors import RetryableError
from scifish.forwarding.last_word import LastWord

READ_S = 10
"""Longest wait for the broker."""


def read_to_end(kafka: dict[str, Any], topic: str, group: str) -> Iterator[Message]:
    """Yield what is on a topic of one partition now, oldest first.

    Parameters
    ----------
    kafka
        librdkafka's settings.
    topic
        Its name.
    group
        Under which we are known to the broker; nothing is ever committed.

    Raises
    ------
    RetryableError
        Kafka is away.
    """
    place, last_word = TopicPartition(topic, 0, OFFSET_BEGINNING), LastWord()
    settings = kafka | {"group.id": group, "enable.auto.commit": False, "error_cb": last_word.hear}
    with closing(Consumer(settings)) as consumer:
        try:
            begin, end = consumer.get_watermark_offsets(place, timeout=READ_S)
            consumer.assign([place])
            while begin < end and consumer.position([place])[0].offset < end:
                message = consumer.poll(READ_S)
                if message is None or message.error() is not None:
                    raise RetryableError(f"{topic} could not be read to its end")
                yield message
        except KafkaException as error:
            why = last_word.explain(consumer, error.args[0])
            raise RetryableError(f"{topic} cannot be read: {why}") from None
