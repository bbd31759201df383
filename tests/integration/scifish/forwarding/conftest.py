"""A beamline of its own for every test: topics on the shared broker, a state folder, a forwarder."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.kafka_client import KafkaClient
from scifish.forwarding.settings import ForwarderSettings
from scifish.heartbeat import Heartbeat
from scifish.ledger.capture_state import State
from scifish.messages import CaptureMessage, decode
from scifish.receipts import Receipt
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.status.captures import get_capture
from tests.waiting import wait_for

AUTHOR = "scifish@capture-1"
LOG_APPEND = {"message.timestamp.type": "LogAppendTime"}


@dataclass
class Beamline:
    """Topics, a state folder, a producer's spool and SciFish's own, and what a consumer would see."""

    address: str
    name: str
    folder: StateFolder
    spool: Spool
    own: Spool
    forwarders: list[Forwarder] = field(default_factory=list)

    @property
    def captures(self) -> str:
        return f"scizoo.{self.name}.captures"

    @property
    def receipts(self) -> str:
        return f"scizoo.{self.name}.receipts"

    def settings(self, **spans: float) -> ForwarderSettings:
        return ForwarderSettings(self.name, KafkaClient(self.address), AUTHOR, **spans)

    def forward(self, **spans: float) -> Forwarder:
        forwarder = Forwarder(self.folder, self.own, self.settings(**spans))
        self.forwarders.append(forwarder)
        forwarder.start()
        return forwarder

    def make_topics(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.address})
        topics = [NewTopic(name, 1, 1, config=LOG_APPEND) for name in (self.captures, self.receipts)]
        for future in admin.create_topics(topics).values():
            future.result(10)

    def delete_topics(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.address})
        names = {self.captures, self.receipts}
        for future in admin.delete_topics(list(names)).values():
            future.result(20)
        wait_for(lambda: names.isdisjoint(admin.list_topics(timeout=5).topics), 20, "the topics gone")

    def log(self, count: int, timeout_s: float = 20) -> list[CaptureMessage]:
        """Return the first ``count`` messages of the captures topic."""
        return [decode(raw.value(), raw.key()) for raw in self.raw_log(count, timeout_s)]

    def raw_log(self, count: int, timeout_s: float = 20) -> list[Message]:
        settings = {"bootstrap.servers": self.address, "group.id": str(uuid.uuid4()), "log_level": 0}
        consumer = Consumer(settings)
        try:
            consumer.assign([TopicPartition(self.captures, 0, 0)])
            found: list[Message] = []
            limit = time.monotonic() + timeout_s
            while len(found) < count and time.monotonic() < limit:
                found += [raw for raw in consumer.consume(count, 0.2) if raw.error() is None]
            assert len(found) >= count, f"{len(found)} of {count} messages on the log"
            return found
        finally:
            consumer.close()

    def log_length(self) -> int:
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "length", "log_level": 0})
        try:
            return int(consumer.get_watermark_offsets(TopicPartition(self.captures, 0), timeout=5)[1])
        finally:
            consumer.close()

    def answer(self, *receipts: Receipt) -> None:
        producer = Producer({"bootstrap.servers": self.address})
        lost: list[KafkaError] = []
        for receipt in receipts:
            producer.produce(
                self.receipts,
                receipt.to_bytes(),
                key=receipt.pid,
                on_delivery=lambda error, _: lost.append(error) if error else None,
            )
        assert producer.flush(10) == 0
        assert not lost, lost

    def beat(self, beat: Heartbeat) -> None:
        producer = Producer({"bootstrap.servers": self.address})
        producer.produce(self.receipts, beat.to_bytes())
        assert producer.flush(10) == 0

    def wait_state(self, pid: str, state: State, timeout_s: float = 15) -> Any:
        def reached() -> Any:
            found = get_capture(self.folder, pid)
            return found if found and found.state == state else None

        return wait_for(reached, timeout_s, f"{pid} is {state}")


@pytest.fixture
def beamline(kafka, state_folder: Path) -> Iterator[Beamline]:
    folder = StateFolder(state_folder)
    name = f"b{uuid.uuid4().hex[:12]}"
    beamline = Beamline(
        kafka.address, name, folder, Spool.open(folder, "sardana"), Spool.open(folder, "scifish")
    )
    beamline.make_topics()
    yield beamline
    for forwarder in beamline.forwarders:
        forwarder.stop()
    beamline.spool.close()
    beamline.own.close()


@pytest.fixture
def receipt() -> Callable[..., Receipt]:
    def make(
        message: CaptureMessage, outcome: str = "catalogued", sink: str = "mongodb", **fields: Any
    ) -> Receipt:
        about = {
            name: getattr(message, name) for name in ("pid", "author", "phase", "rank", "revision", "part")
        }
        told = {"sink": sink, "outcome": outcome, "sinks": ["mongodb"], "at": "2026-01-01T00:00:00Z"}
        return Receipt.model_validate({**about, **told, **fields})

    return make
