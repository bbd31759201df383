"""Receipts: the answer to every message whose pid can be read, also to one that was there before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consumers.configuration import Configuration
from consumers.delivery import Delivery
from consumers.glimpse import glimpse
from consumers.producer import AcknowledgedProducer, Record
from consumers.sinks.sink import Answer
from consumers.topic_names import TopicNames
from scifish.receipts import Receipt


@dataclass(frozen=True)
class Gap:
    """Messages of a beamline that the log no longer has."""

    topic: str
    since: datetime | None
    """Broker time of the last message that was finished before the gap; none when not known."""
    until: datetime | None
    """Broker time of the first message after it; none when the log has nothing after it yet."""


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

    def write(self, answers: Sequence[tuple[Delivery, Answer]]) -> int:
        """Write a receipt per answer; return how many messages have no readable pid and got none."""
        records = [self._record(delivery, answer) for delivery, answer in answers]
        self._producer.send([record for record in records if record is not None])
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

    def _record(self, delivery: Delivery, answer: Answer) -> Record | None:
        seen = glimpse(delivery.value, delivery.key)
        if seen.pid is None:
            return None
        beamline = self._names.beamline_of(delivery.topic)
        receipt = Receipt.model_validate(
            {
                **vars(seen),
                "sink": self._sink,
                "outcome": answer.outcome,
                "reason": answer.reason,
                "sinks": self._configuration.sinks_of(beamline),
                "at": self._clock(),
                "catalogued_at": answer.catalogued_at,
            }
        )
        return Record(self._names.receipts(beamline), seen.pid.encode(), receipt.to_bytes())
