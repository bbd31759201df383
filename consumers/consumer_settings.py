"""The settings of Kafka's consumer."""

from typing import Any

from consumers.configuration import Kafka


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
        "log_level": 4,
    }
    if kafka.instance is not None:
        settings["group.instance.id"] = f"{group}-{kafka.instance}"
    return settings
