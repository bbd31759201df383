"""Sending to Kafka so that, when a call returns, all in-sync replicas have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from consumers.errors import ConsumerError, RetryableError
from scifish.forwarding.last_word import LastWord

FLUSH_S = 30


class TooLargeError(ConsumerError):
    """The topic does not take a message of this size; it never will."""


@dataclass(frozen=True)
class Record:
    """Something to send."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class AcknowledgedProducer:
    """A producer that is asked for the outcome of each record, and made anew after a fatal error."""

    def __init__(self, client: dict[str, Any], message_bytes: int = 1_048_588) -> None:
        self._last_word = LastWord()
        self._settings = client | {
            "error_cb": self._last_word.hear,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 0,
            "partitioner": "murmur2_random",
            "message.max.bytes": message_bytes,
            "message.timeout.ms": FLUSH_S * 1000 - 5000,
            "compression.type": "lz4",
        }
        self._producer = Producer(self._settings)

    def warm(self, topic: str) -> None:
        """Ask the broker about a topic, so that the first record does not wait for that."""
        try:
            self._producer.list_topics(topic, timeout=5)
        except KafkaException as error:
            why = self._last_word.explain(self._producer, error.args[0])
            raise RetryableError(f"Kafka gives no answer: {why}") from None

    def send(self, records: Sequence[Record]) -> None:
        """Send records and return when all are acknowledged.

        Raises
        ------
        TooLargeError
            One of them is larger than its topic takes; the others have been sent.
        RetryableError
            It is not known that all arrived: send them again. A receipt or letter may then stand there
            twice, which readers bear.
        """
        errors: list[KafkaError] = []
        try:
            for record in records:
                self._producer.produce(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    headers=list(record.headers),
                    on_delivery=lambda error, _: errors.append(error) if error is not None else None,
                )
            left = self._producer.flush(FLUSH_S)
        except BufferError:
            raise RetryableError("more is waiting for Kafka than fits") from None
        except KafkaException as error:
            errors.append(error.args[0])
            left = self._producer.flush(FLUSH_S)
        self._judge(errors, left)

    def _judge(self, errors: list[KafkaError], left: int) -> None:
        large = [error for error in errors if error.code() == KafkaError.MSG_SIZE_TOO_LARGE]
        others = [error for error in errors if error not in large]
        if left or others:
            why = self._why(others, left)
            self._producer = Producer(self._settings)
            raise RetryableError(f"Kafka did not acknowledge: {why}")
        if large:
            raise TooLargeError(large[0].str())

    def _why(self, errors: list[KafkaError], left: int) -> str:
        if not errors:
            return f"{left} records got no answer"
        return self._last_word.explain(self._producer, errors[0])
