"""What happens to a batch: read, enrich, write, and answer, in an order that survives a kill.

Letter acknowledged, then state database, then receipt; the offset is committed by the caller, last.
Whatever is cut short is done again, and doing it again changes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consumers.dead_letters import DeadLetters
from consumers.delivery import Delivery
from consumers.enrich import Enrichment
from consumers.errors import PoisonError
from consumers.glimpse import glimpse, glimpse_of
from consumers.receipts import Answered, Receipts
from consumers.sinks.sink import Answer, Capture, Sink
from consumers.state_database import StateDatabase
from consumers.validate import Validator
from consumers.waiting_room import Cause, Waiter, WaitingRoom
from scifish.errors import UnknownSchemaError
from scifish.faultpoints import reached
from scifish.messages import CaptureMessage

log = logging.getLogger("scicow")


class AsksOffice(Protocol):
    """Enricher, or what stands for it."""

    def enrich(self, message: CaptureMessage) -> Enrichment:
        """Return what may be stored beside a capture."""
        ...

    def forget_unknown(self) -> None:
        """Ask again for proposals that were unknown a moment ago."""
        ...


@dataclass
class Batch:
    """Deliveries on their way through."""

    captures: list[tuple[Delivery, Capture]] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)

    def refused(self) -> list[tuple[Delivery, str]]:
        """Return what becomes a dead letter."""
        found = [item for item in self.answers if item.answer.outcome == "rejected"]
        return [(item.delivery, item.answer.reason or "") for item in found]

    def settled(self) -> list[Delivery]:
        """Return what needs no other try."""
        return [item.delivery for item in self.answers if item.answer.is_final]

    def catalogued(self) -> dict[str, Answer]:
        """Return the answer per pid that is in the catalogue and needs no other try."""
        found = [
            item for item in self.answers if item.answer.outcome == "catalogued" and item.answer.is_final
        ]
        return {item.seen.pid: item.answer for item in found if item.seen.pid is not None}


@dataclass(frozen=True)
class Processor:
    """Takes batches for one sink; called from one thread."""

    validator: Validator
    office: AsksOffice
    sink: Sink
    state: StateDatabase
    waiting_room: WaitingRoom
    dead_letters: DeadLetters
    receipts: Receipts

    def process(self, deliveries: Sequence[Delivery]) -> None:
        """Finish deliveries.

        Raises
        ------
        RetryableError
            Something is away; call again with the same deliveries.
        FatalError
            A person must act first.
        """
        batch = Batch()
        for delivery in deliveries:
            self._read(delivery, batch)
        self._write(batch)
        self._answer(batch)

    def _read(self, delivery: Delivery, batch: Batch) -> None:
        try:
            message = self.validator.read(delivery)
        except (UnknownSchemaError, PoisonError) as error:
            later = isinstance(error, UnknownSchemaError)
            answer = Answer("waiting" if later else "rejected", str(error))
            batch.answers.append(Answered(delivery, answer, glimpse(delivery.value, delivery.key)))
            if later:
                batch.waiters.append(Waiter(delivery, str(error), "schema"))
        else:
            batch.captures.append((delivery, Capture(message, self.office.enrich(message))))

    def _write(self, batch: Batch) -> None:
        if not batch.captures:
            return
        answers = self.sink.write([capture for _, capture in batch.captures])
        reached("scicow.written")
        for (delivery, capture), answer in zip(batch.captures, answers, strict=True):
            batch.answers.append(Answered(delivery, answer, glimpse_of(capture.message)))
            if not answer.is_final:
                cause: Cause = "world" if capture.enrichment.lacking is None else "office"
                batch.waiters.append(Waiter(delivery, answer.reason or "", cause))

    def _answer(self, batch: Batch) -> None:
        self.dead_letters.write(batch.refused())
        reached("scicow.lettered")
        self.waiting_room.enter(batch.waiters)
        self.waiting_room.leave(batch.settled())
        released = self._release(batch.catalogued())
        self.state.note_progress(self.sink.name, [item.delivery for item in batch.answers])
        reached("scicow.noted")
        unreadable = self.receipts.write([*batch.answers, *released])
        if unreadable:
            log.error("%d messages name no pid: they are in the dead letters, without a receipt", unreadable)
        reached("scicow.receipted")

    def _release(self, catalogued: Mapping[str, Answer]) -> list[Answered]:
        """Return answers for older messages that waited for datasets which now are catalogued."""
        released = self.waiting_room.release(list(catalogued))
        seen = [(delivery, glimpse(delivery.value, delivery.key)) for delivery in released]
        return [Answered(delivery, catalogued[one.pid], one) for delivery, one in seen if one.pid]
