"""Receipts: the answer to every message whose pid can be read, also to one that was there before."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consumers.configuration import Configuration
from consumers.delivery import Delivery
from consumers.gaps import Gap
from consumers.glimpse import Glimpse
from consumers.producer import AcknowledgedProducer, Record, TooLargeError
from consumers.sinks.sink import Answer
from consumers.topic_names import TopicNames
from scifish.receipts import Receipt

REASON_LIMIT = 2000
"""Characters of a reason in a receipt."""

log = logging.getLogger("scicow")


@dataclass(frozen=True)
class Answered:
    """A delivery, what a sink did with it, and what of it a receipt can name."""

    delivery: Delivery
    answer: Answer
    seen: Glimpse


class Receipts:
    """Writes receipts of one sink."""

    def __init__(
        self,
        producer: AcknowledgedProducer,
        configuration: Configuration,
        sink: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._producer = producer
        self._configuration = configuration
        self._names = TopicNames(configuration.topic_prefix)
        self._sink = sink
        self._clock = clock

    def prepare(self) -> None:
        """Ask the broker about the topics, so that the first receipt does not wait for that."""
        for entry in self._configuration.beamlines:
            self._producer.warm(self._names.receipts(entry.name))

    def write(self, answers: Sequence[Answered]) -> int:
        """Write a receipt per answer; return how many messages have no readable pid and got none."""
        records = [self._record(answered) for answered in answers]
        try:
            self._producer.send([record for record in records if record is not None])
        except TooLargeError as error:
            log.error("a receipt is too large for its topic, its forwarder will ask again: %s", error)
        return sum(record is None for record in records)

    def ask_to_resend(self, gap: Gap) -> None:
        """Ask every forwarder of a beamline to send again what it sent in a span of broker time."""
        beamline = self._names.beamline_of(gap.topic)
        receipt = Receipt(
            sink=self._sink,
            outcome="resend",
            reason=f"Kafka no longer has all of {gap.topic}",
            sinks=self._configuration.sinks_of(beamline),
            at=self._clock(),
            resend_from=gap.since,
            resend_to=gap.until,
        )
        self._producer.send([Record(self._names.receipts(beamline), None, receipt.to_bytes())])

    def _record(self, answered: Answered) -> Record | None:
        seen, answer = answered.seen, answered.answer
        if seen.pid is None:
            return None
        beamline = self._names.beamline_of(answered.delivery.topic)
        receipt = Receipt.model_validate(
            {
                **vars(seen),
                "sink": self._sink,
                "outcome": answer.outcome,
                "reason": answer.reason and answer.reason[:REASON_LIMIT],
                "sinks": self._configuration.sinks_of(beamline),
                "at": self._clock(),
                "catalogued_at": answer.catalogued_at,
            }
        )
        return Record(self._names.receipts(beamline), seen.pid.encode(), receipt.to_bytes())
