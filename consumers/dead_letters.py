"""The dead-letter topic: original bytes and key, the reason in headers, and a record to look up."""

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from consumers.delivery import Delivery
from consumers.glimpse import fingerprint, glimpse
from consumers.mongo_errors import mongo_errors
from consumers.producer import AcknowledgedProducer, Record, TooLargeError
from consumers.state_database import StateDatabase
from consumers.topic_names import TopicNames
from scifish.faultpoints import reached

REASON_LIMIT = 2000
"""Characters of a reason in a header."""
KEPT_LIMIT = 8_000_000
"""Bytes of a message that the state database keeps when the topic does not take it."""


class DeadLetters:
    """Writes letters; a message that is delivered again does not get a second one."""

    def __init__(
        self,
        producer: AcknowledgedProducer,
        state: StateDatabase,
        names: TopicNames,
        sink: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._producer = producer
        self._state = state
        self._names = names
        self._sink = sink
        self._clock = clock

    def write(self, refused: Sequence[tuple[Delivery, str]]) -> None:
        """Write a letter for each delivery and reason: first the topic, then the state database.

        The same bytes get one letter, however often they come.
        """
        for delivery, reason in refused:
            if self._is_written(delivery):
                continue
            kept = self._send(delivery, reason)
            reached("scicow.letter")
            self._note(delivery, reason, kept)

    def _is_written(self, delivery: Delivery) -> bool:
        with mongo_errors("look for a dead letter"):
            return self._state.dead_letters.count_documents({"_id": self._id(delivery)}, limit=1) > 0

    def _send(self, delivery: Delivery, reason: str) -> bytes | None:
        """Return the bytes to keep in the state database, none when the letter itself holds them."""
        topic = self._names.dead_letters(self._names.beamline_of(delivery.topic))
        told = letter_headers(delivery, reason, self._sink, self._clock())
        try:
            self._producer.send([Record(topic, delivery.key, delivery.value, (*delivery.headers, *told))])
        except TooLargeError:
            note = (*told, ("scicow-value", b"too large for this topic: kept in the state database"))
            self._producer.send([Record(topic, None, None, note)])
            return (delivery.value or b"")[:KEPT_LIMIT]
        return None

    def _note(self, delivery: Delivery, reason: str, kept: bytes | None) -> None:
        record: dict[str, Any] = {
            "_id": self._id(delivery),
            "sink": self._sink,
            "beamline": self._names.beamline_of(delivery.topic),
            "pid": glimpse(delivery.value, delivery.key).pid,
            "reason": reason[:REASON_LIMIT],
            "topic": delivery.topic,
            "partition": delivery.partition,
            "offset": delivery.offset,
            "key": delivery.key,
            "bytes": len(delivery.value or b""),
            "at": self._clock(),
        }
        if kept is not None:
            record["value"] = kept
        with mongo_errors("note a dead letter"):
            self._state.dead_letters.replace_one({"_id": record["_id"]}, record, upsert=True)

    def _id(self, delivery: Delivery) -> str:
        return f"{self._sink} {delivery.topic} {fingerprint(delivery.value, delivery.key)}"


def letter_headers(
    delivery: Delivery, reason: str, sink: str, now: datetime
) -> tuple[tuple[str, bytes | None], ...]:
    """Return what a letter says about its message."""
    told = {
        "scicow-reason": reason[:REASON_LIMIT],
        "scicow-sink": sink,
        "scicow-topic": delivery.topic,
        "scicow-partition": str(delivery.partition),
        "scicow-offset": str(delivery.offset),
        "scicow-at": now.astimezone(timezone.utc).isoformat(),
    }
    return tuple((name, text.encode("utf-8", "replace")) for name, text in told.items())
