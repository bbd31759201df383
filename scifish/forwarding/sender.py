"""Sending messages to Kafka so that an acknowledged one is on all in-sync replicas."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from confluent_kafka import (
    TIMESTAMP_LOG_APPEND_TIME,
    KafkaError,
    KafkaException,
    Message,
    Producer,
)

from scifish.forwarding.kafka_client import KafkaClient, describe_cluster
from scifish.forwarding.last_word import LastWord
from scifish.messages import SCHEMA

WINDOW_MESSAGES = 1000
WINDOW_BYTES = 16 * 1024 * 1024
"""What is handed to the client and not yet acknowledged is never more than this."""

MISSING = "topic missing"
NO_TOPIC = frozenset(
    {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}
)
NEVER_TAKEN = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_TIMESTAMP,
        KafkaError.INVALID_RECORD,
    }
)

SETTINGS: dict[str, str | int | bool] = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 0,
    "partitioner": "murmur2_random",
    "allow.auto.create.topics": False,
    "message.timeout.ms": 60_000,
    "message.max.bytes": 1_000_000,
    "topic.metadata.refresh.interval.ms": 10_000,
}

Fate = Literal["acknowledged", "unknown", "refused"]


@dataclass(frozen=True)
class Delivery:
    """What became of one message.

    ``unknown`` (timed out, connection lost) may be on the log or not: it is sent again. ``stamp_ms``
    is the broker's time, null when the topic does not stamp with LogAppendTime.
    """

    seq: int
    fate: Fate
    stamp_ms: int | None = None
    reason: str | None = None


class Sender:
    """A Kafka producer for one topic; used by one thread.

    Parameters
    ----------
    client
        Brokers and security.
    topic
        ``<prefix>.<beamline>.captures``.
    """

    def __init__(self, client: KafkaClient, topic: str) -> None:
        self.topic = topic
        self._client = client
        self._under_way: dict[int, int] = {}
        self._deliveries: list[Delivery] = []
        self._broken = False
        self._last_word = LastWord()
        self.trouble: str | None = "not connected yet"
        self.broker = client.bootstrap
        self._producer = self._new_producer()

    @property
    def under_way(self) -> int:
        """Number of messages handed over and not heard of."""
        return len(self._under_way)

    def room(self) -> int:
        """Return how many more messages may be handed over now."""
        if self.trouble or sum(self._under_way.values()) >= WINDOW_BYTES:
            return 0
        return WINDOW_MESSAGES - len(self._under_way)

    def send(self, seq: int, pid: str, body: bytes) -> None:
        """Hand a message over; its fate comes out of ``deliveries``."""
        self._under_way[seq] = len(body)

        def tell(error: KafkaError | None, message: Message) -> None:
            self._on_delivery(seq, error, message)

        try:
            self._producer.produce(
                self.topic, value=body, key=pid.encode(), headers={"schema": SCHEMA}, on_delivery=tell
            )
        except (BufferError, KafkaException) as error:
            reason = error.args[0]
            known = reason if isinstance(reason, KafkaError) else None
            self._note_fate(seq, known, f"{reason}")

    def deliveries(self, wait_s: float = 0) -> list[Delivery]:
        """Return what became of messages since the last call, waiting for the first at most ``wait_s``."""
        self._producer.poll(wait_s)
        if self._broken:
            self._replace()
        done, self._deliveries = self._deliveries, []
        return done

    def probe(self, wait_s: float) -> None:
        """Ask the brokers for the topic, and set ``trouble`` to None or to what people must know."""
        before = self.trouble
        try:
            found = self._producer.list_topics(self.topic, timeout=wait_s)
            self.broker = describe_cluster(self._client.bootstrap, found.cluster_id)
            self.trouble = _topic_trouble(self.topic, found.topics[self.topic].error)
        except KafkaException as error:
            why = self._last_word.explain(self._producer, error.args[0])
            self.trouble = f"no broker answers at {self._client.bootstrap}: {why}"
        if before and self.trouble is None and before.startswith(MISSING):
            self._replace()  # a topic made again has another history, which this client would mistrust

    def close(self, wait_s: float) -> list[Delivery]:
        """Wait a moment for acknowledgements, give up the rest, and return all fates."""
        self._producer.flush(wait_s)
        self._give_up()
        return self._deliveries

    def _new_producer(self) -> Producer:
        settings = {**self._client.settings(), **SETTINGS, "error_cb": self._on_error}
        return Producer(settings, logger=logging.getLogger("scifish.kafka"))

    def _on_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._FATAL or error.fatal():
            self._broken = True
        self._last_word.hear(error)

    def _on_delivery(self, seq: int, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._note_fate(seq, error, error.str())
            return
        kind, stamp = message.timestamp()
        self._under_way.pop(seq, None)
        stamped = stamp if kind == TIMESTAMP_LOG_APPEND_TIME else None
        self._deliveries.append(Delivery(seq, "acknowledged", stamped))

    def _note_fate(self, seq: int, error: KafkaError | None, reason: str) -> None:
        self._under_way.pop(seq, None)
        code = error.code() if error else None
        fate: Fate = "refused" if code in NEVER_TAKEN else "unknown"
        if error and fate == "unknown":  # pauses until the brokers say that all is well
            self.trouble = _topic_trouble(self.topic, error)
        if code == KafkaError._FATAL or (error and error.fatal()):
            self._broken = True
        self._deliveries.append(Delivery(seq, fate, reason=reason))

    def _replace(self) -> None:
        """Go on with a new client: a fatal error is for ever, and so is the old one's numbering."""
        self._give_up()
        self._broken = False
        self._producer = self._new_producer()

    def _give_up(self) -> None:
        self._producer.purge(in_queue=True, in_flight=True, blocking=False)
        self._producer.poll(0)
        self._lose(list(self._under_way))

    def _lose(self, seqs: Iterable[int]) -> None:
        for seq in seqs:
            self._note_fate(seq, None, "the Kafka client was replaced")


def _topic_trouble(topic: str, error: KafkaError | None) -> str | None:
    if error is None:
        return None
    if error.code() in NO_TOPIC:
        return f"{MISSING}: {topic}: run 'scicow topics apply'"
    return f"topic {topic}: {error.str()}"
