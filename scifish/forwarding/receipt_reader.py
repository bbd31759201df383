"""Reading the receipts topic, each record once, from where the ledger says."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import (
    OFFSET_BEGINNING,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from scifish.forwarding.kafka_client import KafkaClient
from scifish.forwarding.log_watch import LogWatch

log = logging.getLogger(__name__)

BATCH = 500
SETTINGS: dict[str, str | int | bool] = {
    "group.id": "scifish-forwarder",  # the client wants one; nothing is ever joined or committed
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "allow.auto.create.topics": False,
    "fetch.wait.max.ms": 100,
    "topic.metadata.refresh.interval.ms": 10_000,
    "queued.max.messages.kbytes": 4096,
    "enable.partition.eof": False,
}
LOG_IS_GONE = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})


@dataclass(frozen=True)
class Record:
    """One record of the topic; ``stamp_ms`` is broker time, null without LogAppendTime."""

    partition: int
    offset: int
    value: bytes | None
    stamp_ms: int | None


class ReceiptReader:
    """A Kafka consumer without a group; used by one thread.

    Parameters
    ----------
    client
        Brokers and security.
    topic
        ``<prefix>.<beamline>.receipts``.
    """

    def __init__(self, client: KafkaClient, topic: str) -> None:
        self.topic = topic
        self.trouble: str | None = "not connected yet"
        self._client = client
        self._was_missing = False
        self._watch = LogWatch()
        self._consumer = self._new_consumer()

    def assign(self, next_offsets: Mapping[int, int], wait_s: float) -> None:
        """Find the topic's partitions and read on in each; ``trouble`` is None when that worked.

        Parameters
        ----------
        next_offsets
            Partition to the first offset not read yet; one that is not named is read from its
            beginning, as are all of a topic that was missing: it is another one now.
        wait_s
            Longest wait for a broker.
        """
        try:
            found = self._consumer.list_topics(self.topic, timeout=wait_s).topics[self.topic]
        except KafkaException as error:
            self.trouble = f"no broker answers: {error.args[0].str()}"
            return
        if found.error is not None:
            self.trouble = f"topic missing: {self.topic}: {found.error.str()}"
            self._was_missing = True
            return
        known = {} if self._was_missing else next_offsets
        starts = {number: known.get(number, OFFSET_BEGINNING) for number in found.partitions}
        self._consumer.assign([TopicPartition(self.topic, *start) for start in starts.items()])
        for number, offset in starts.items():
            self._watch.stands_at((self.topic, number), offset)
        self.trouble, self._was_missing = None, False

    def read(self, wait_s: float) -> list[Record]:
        """Return the next records, waiting at most ``wait_s`` for some."""
        records = []
        for message in self._consumer.consume(BATCH, wait_s):
            if message.error() is None:
                records.append(_record(message))
            else:
                self._on_error(message.error(), message.partition())
        for record in records:
            self._watch.stands_at((self.topic, record.partition), record.offset + 1)
        if not records and self.trouble is None and self._watch.is_astray(self._consumer):
            self._begin_anew()
        return records

    def listen(self) -> None:
        """Take what the client says while nothing can be read: nobody else does, and it keeps it all."""
        self._consumer.poll(0)

    def close(self) -> None:
        """Leave at once."""
        self._consumer.close()

    def _new_consumer(self) -> Consumer:
        settings = {**self._client.settings(), **SETTINGS}
        return Consumer(settings, logger=logging.getLogger("scifish.kafka"))

    def _begin_anew(self) -> None:
        """Go on with a client that knows nothing of the topic's past, once it is assigned."""
        log.warning("receipts topic %s is another one now: reading it with a new client", self.topic)
        self._consumer.close()
        self._consumer, self._watch = self._new_consumer(), LogWatch()
        self.trouble = f"receipts: {self.topic} was made again"

    def _on_error(self, error: KafkaError, partition: int | None) -> None:
        if error.code() in LOG_IS_GONE and partition is not None:
            log.warning("receipts topic %s was emptied: reading it from its beginning", self.topic)
            # Not seek: that is refused while the partition has no position.
            self._consumer.incremental_unassign([TopicPartition(self.topic, partition)])
            self._consumer.incremental_assign([TopicPartition(self.topic, partition, OFFSET_BEGINNING)])
            self._watch.stands_at((self.topic, partition), OFFSET_BEGINNING)
        else:
            self.trouble = f"receipts: {error.str()}"


def _record(message: Message) -> Record:
    kind, stamp = message.timestamp()
    stamped = stamp if kind == TIMESTAMP_LOG_APPEND_TIME else None
    return Record(message.partition() or 0, message.offset() or 0, message.value(), stamped)
