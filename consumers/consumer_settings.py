"""The settings of Kafka's consumer."""

import logging
from typing import Any

from confluent_kafka import KafkaError, TopicPartition

from consumers.configuration import Kafka

log = logging.getLogger("scicow")


def consumer_settings(kafka: Kafka, group: str) -> dict[str, Any]:
    """Return librdkafka's settings; each of them is there because its default was seen to do harm."""
    settings = kafka.client() | {
        "group.id": group,
        "group.protocol": "classic",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": int(kafka.session_timeout_s * 1000),
        "max.poll.interval.ms": 300_000,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "topic.metadata.refresh.interval.ms": 10_000,
        "queued.max.messages.kbytes": 16_384,
        "fetch.wait.max.ms": 100,
        "isolation.level": "read_committed",
        "on_commit": _on_commit,
    }
    if kafka.instance is not None:
        settings["group.instance.id"] = f"{group}-{kafka.instance}"
    return settings


def _on_commit(error: KafkaError | None, _: list[TopicPartition]) -> None:
    if error is not None:
        log.info("offsets not committed: %s", error.str())
