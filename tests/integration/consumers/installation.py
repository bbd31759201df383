"""One SciCow installation of a test's own: topics, databases and configuration with unused names."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from pymongo import MongoClient

from consumers.configuration import Configuration, SinkName, load
from consumers.topic_names import TopicNames
from consumers.topics import TopicAdmin, compare, wanted_topics
from scifish import receipts
from scifish.heartbeat import Heartbeat, find_heartbeat
from scifish.messages import CaptureMessage
from scifish.receipts import Receipt
from tests.waiting import wait_for

NO_LEADER_YET = frozenset(
    {
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_PARTITION,
    }
)
OFFICE = {
    "proposals": [
        {
            "number": "20260001",
            "title": "Ice in pores",
            "abstract": "How ice grows.",
            "type": "Normal",
            "pi": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"},
            "beamlines": ["demo"],
        },
        {
            "number": "20260002",
            "title": "Secret battery",
            "abstract": "Secret abstract.",
            "type": "Proprietary",
            "pi": {"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org"},
            "beamlines": ["demo"],
        },
    ]
}


@dataclass
class Installation:
    """Everything a test needs to drive real SciCow processes."""

    folder: Path
    name: str
    kafka: str
    mongo: str
    more: Mapping[str, Any] = field(default_factory=dict)
    sinks: tuple[str, ...] = ("mongodb",)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.names = TopicNames(self.name)
        self.client: MongoClient[dict[str, Any]] = MongoClient(self.mongo, tz_aware=True)
        self.datasets = self.client[f"{self.name}-scizoo"]["datasets"]
        self.state = self.client[f"{self.name}-scicow"]
        self.office_file = self.folder / "office.yaml"
        self.office_file.write_text(yaml.safe_dump(OFFICE))
        self.path = self.folder / "scicow.yaml"
        self.rewrite()
        self._producer = Producer({"bootstrap.servers": self.kafka, "log_level": 3})

    @property
    def configuration(self) -> Configuration:
        return load(self.path)

    def rewrite(self) -> None:
        """Write the configuration anew, after a test has changed what it is made of."""
        self.path.write_text(yaml.safe_dump(self._document()))

    def make_topics(self) -> None:
        admin = TopicAdmin(self.configuration.kafka.client())
        admin.apply(compare(wanted_topics(self.configuration), {}))

    def send(
        self, *messages: CaptureMessage | bytes, key: bytes | None = None, beamline: str = "demo"
    ) -> None:
        topic = self.names.captures(beamline)
        for message in messages:
            if isinstance(message, CaptureMessage):
                self._producer.produce(topic, value=message.to_bytes(), key=key or message.pid.encode())
            else:
                self._producer.produce(topic, value=message, key=key)
        assert self._producer.flush(30) == 0, "Kafka took no message"

    @contextmanager
    def scicow(self, sink: SinkName = "mongodb", instance: str = "a", fault: str = "") -> Iterator["Scicow"]:
        """A ``scicow run`` process, killed at the end if it is still there."""
        path = self.folder / f"scicow-{instance}.yaml"
        document = self._document()
        document["kafka"]["instance"] = instance
        path.write_text(yaml.safe_dump(document))
        log = (self.folder / f"{sink}-{instance}.log").open("ab")
        command = [sys.executable, "-m", "consumers.cli", "run", "--sink", sink, "--config", str(path)]
        process = subprocess.Popen(command, stderr=log, env={**os.environ, "SCIZOO_FAULT": fault})
        try:
            yield Scicow(process, Path(log.name))
        finally:
            log.close()
            if process.poll() is None:
                process.kill()
            process.wait()

    def ask(self, *words: str, code: int = 0) -> str:
        """Run a ``scicow`` command that must end with a code; return what it says."""
        command = [sys.executable, "-m", "consumers.cli", *words, "--config", str(self.path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def receipts(self, beamline: str = "demo") -> list[Receipt]:
        values = [value or b"" for _, value, _ in self.read(self.names.receipts(beamline))]
        return [receipts.decode(value) for value in values if find_heartbeat(value) is None]

    def heartbeats(self, beamline: str = "demo") -> list[Heartbeat]:
        found = [find_heartbeat(value) for _, value, _ in self.read(self.names.receipts(beamline))]
        return [beat for beat in found if beat is not None]

    def letters(self, beamline: str = "demo") -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
        return self.read(self.names.dead_letters(beamline))

    def read(self, topic: str) -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
        """Everything on a topic now: key, value, headers."""
        consumer = Consumer({"bootstrap.servers": self.kafka, "group.id": "reader", "log_level": 3})
        try:
            partition = TopicPartition(topic, 0)
            low, high = wait_for(lambda: _marks(consumer, partition), 30, f"a leader of {topic}")
            consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
            found: list[Any] = []
            while low + len(found) < high:
                message = consumer.poll(10)
                assert message is not None and message.error() is None, message
                found.append((message.key(), message.value(), dict(message.headers() or ())))
            return found
        finally:
            consumer.close()

    def committed(self, sink: SinkName = "mongodb") -> int:
        """The group's offset on the demo beamline, negative before its first commit."""
        settings = {
            "bootstrap.servers": self.kafka,
            "group.id": self.configuration.group(sink),
            "log_level": 3,
        }
        consumer = Consumer(settings)
        try:
            partition = TopicPartition(self.names.captures("demo"), 0)
            return int(consumer.committed([partition], timeout=10)[0].offset)
        finally:
            consumer.close()

    def wait_committed(self, offset: int, sink: SinkName = "mongodb") -> None:
        wait_for(lambda: self.committed(sink) >= offset, 30, f"offset {offset} committed")

    def wait_dataset(self, pid: str, **wanted: Any) -> dict[str, Any]:
        query = {"_id": pid, **wanted}
        return wait_for(lambda: self.datasets.find_one(query) or {}, 30, f"dataset {query}")

    def drop(self) -> None:
        self.client.drop_database(f"{self.name}-scizoo")
        self.client.drop_database(f"{self.name}-scicow")
        self.client.close()

    def _document(self) -> dict[str, Any]:
        return {
            "kafka": {"bootstrap_servers": self.kafka, "session_timeout_s": 6},
            "topic_prefix": self.name,
            "group_prefix": self.name,
            "topics": {"replication": 1, "min_insync_replicas": 1},
            "beamlines": [{"name": "demo", "sinks": list(self.sinks)}],
            "state_database": {"uri": self.mongo, "database": f"{self.name}-scicow", "timeout_s": 5},
            "mongodb": {"uri": self.mongo, "database": f"{self.name}-scizoo", "timeout_s": 5},
            "user_office": {"kind": "yaml", "settings": {"file": str(self.office_file)}},
            **self.more,
        }


@dataclass
class Scicow:
    """A running ``scicow run``."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


def _marks(consumer: Consumer, partition: TopicPartition) -> tuple[int, int] | None:
    """Return where a log begins and ends; none while it has no leader, as for a moment after it is made."""
    try:
        marks: tuple[int, int] | None = consumer.get_watermark_offsets(partition, timeout=10)
    except KafkaException as error:
        if error.args[0].code() not in NO_LEADER_YET:
            raise
        return None
    return marks
