"""The captures topic as somebody else may use it: what stands on it, and what is put there by hand."""

from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from consumers.configuration import SinkName, load
from scizoo.services.catalogue import topic_names
from tests.bad_days.harness.limits import LIMIT_S
from tests.waiting import wait_for

CAPTURES, LETTERS, RECEIPTS = topic_names("demo")


@dataclass(frozen=True)
class Record:
    """One message on a topic."""

    key: bytes | None
    value: bytes | None


class LogOfCaptures:
    """The topics of the trial beamline.

    Parameters
    ----------
    address
        Of Kafka.
    configuration
        Of the consumers, whose groups are asked how far they have come.
    """

    def __init__(self, address: str, configuration: Path) -> None:
        self._address, self._configuration = address, configuration
        self._producer = Producer({"bootstrap.servers": address, "log_level": 3})

    def put(self, *records: Record, topic: str = CAPTURES) -> None:
        """Append records, in this order."""
        for record in records:
            self._producer.produce(topic, value=record.value, key=record.key)
        assert self._producer.flush(LIMIT_S) == 0, "Kafka took no message"

    def of(self, pid: str) -> list[Record]:
        """Return what stands there of a capture."""
        return [record for record in self.read() if record.key == pid.encode()]

    def read(self, topic: str = CAPTURES, start: int = OFFSET_BEGINNING) -> list[Record]:
        """Return everything on a topic from an offset on."""
        reader = self._reader("bad-days")
        try:
            low, high = reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=LIMIT_S)
            at = max(low, start)
            reader.assign([TopicPartition(topic, 0, at)])
            found = []
            while at < high:
                message = reader.poll(LIMIT_S)
                assert message is not None and message.error() is None, message
                found.append(Record(message.key(), message.value()))
                at = message.offset() + 1
            return found
        finally:
            reader.close()

    def end(self, topic: str = CAPTURES) -> int:
        """Return the offset of the next record."""
        reader = self._reader("bad-days")
        try:
            return int(reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=LIMIT_S)[1])
        finally:
            reader.close()

    def wait_consumed(
        self, sinks: tuple[SinkName, ...] = ("mongodb", "scicat"), limit_s: float = LIMIT_S
    ) -> None:
        """Wait until the sinks have finished and committed everything that is there now."""
        end = self.end()
        for sink in sinks:
            wait_for(
                lambda sink=sink: self._committed(sink) >= end, limit_s, f"offset {end} committed by {sink}"
            )

    def _committed(self, sink: SinkName) -> int:
        reader = self._reader(load(self._configuration).group(sink))
        try:
            return int(reader.committed([TopicPartition(CAPTURES, 0)], timeout=LIMIT_S)[0].offset)
        finally:
            reader.close()

    def _reader(self, group: str) -> Consumer:
        return Consumer({"bootstrap.servers": self._address, "group.id": group, "log_level": 3})
