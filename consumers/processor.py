"""What happens to a batch: read, enrich, write, and answer, in an order that survives a kill.

Letter acknowledged, then state database, then receipt; the offset is committed by the caller, last.
Whatever is cut short is done again, and doing it again changes nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consumers.dead_letters import DeadLetters
from consumers.delivery import Delivery
from consumers.enrich import Enrichment
from consumers.errors import PoisonError
from consumers.receipts import Receipts
from consumers.sinks.sink import Answer, Capture, Sink
from consumers.state_database import StateDatabase
from consumers.validate import Validator
from consumers.waiting_room import Waiter, WaitingRoom
from scifish.errors import UnknownSchemaError
from scifish.faultpoints import reached
from scifish.messages import CaptureMessage

log = logging.getLogger("scicow")


class AsksOffice(Protocol):
    """Enricher, or what stands for it."""

    def enrich(self, message: CaptureMessage) -> Enrichment:
        """Return what may be stored beside a capture."""
        ...


@dataclass
class Batch:
    """Deliveries on their way through."""

    captures: list[tuple[Delivery, Capture]] = field(default_factory=list)
    answers: list[tuple[Delivery, Answer]] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)

    def refused(self) -> list[tuple[Delivery, str]]:
        """Return what becomes a dead letter."""
        return [(d, answer.reason or "") for d, answer in self.answers if answer.outcome == "rejected"]

    def settled(self) -> list[tuple[Delivery, Answer]]:
        """Return what needs no other try."""
        return [(d, answer) for d, answer in self.answers if answer.outcome != "waiting" and not answer.retry]


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
        except UnknownSchemaError as error:
            batch.answers.append((delivery, Answer("waiting", str(error))))
            batch.waiters.append(Waiter(delivery, str(error), "schema"))
        except PoisonError as error:
            batch.answers.append((delivery, Answer("rejected", str(error))))
        else:
            batch.captures.append((delivery, Capture(message, self.office.enrich(message))))

    def _write(self, batch: Batch) -> None:
        if not batch.captures:
            return
        answers = self.sink.write([capture for _, capture in batch.captures])
        reached("scicow.written")
        for (delivery, _), answer in zip(batch.captures, answers, strict=True):
            batch.answers.append((delivery, answer))
            if answer.outcome == "waiting" or answer.retry:
                batch.waiters.append(Waiter(delivery, answer.reason or ""))

    def _answer(self, batch: Batch) -> None:
        self.dead_letters.write(batch.refused())
        reached("scicow.lettered")
        self.waiting_room.enter(batch.waiters)
        settled = batch.settled()
        self.waiting_room.leave(delivery for delivery, _ in settled)
        released = self._release(batch)
        self.state.note_progress(self.sink.name, [delivery for delivery, _ in batch.answers])
        reached("scicow.noted")
        unreadable = self.receipts.write([*batch.answers, *released])
        if unreadable:
            log.error("%d messages name no pid: they are in the dead letters, without a receipt", unreadable)
        reached("scicow.receipted")

    def _release(self, batch: Batch) -> list[tuple[Delivery, Answer]]:
        """Return answers for what waited for datasets that this batch has catalogued."""
        by_pid = {
            capture.message.pid: answer
            for (_, capture), (_, answer) in zip(batch.captures, self._of_sink(batch), strict=True)
            if answer.outcome == "catalogued" and not answer.retry
        }
        released = self.waiting_room.release(list(by_pid))
        return [(delivery, by_pid[self.validator.read(delivery).pid]) for delivery in released]

    @staticmethod
    def _of_sink(batch: Batch) -> list[tuple[Delivery, Answer]]:
        return batch.answers[len(batch.answers) - len(batch.captures) :]
