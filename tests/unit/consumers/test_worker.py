"""What counts as finished, and in which order an answer is given: only then may an offset move."""

from collections.abc import Sequence
from datetime import datetime, timezone
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from consumers.buffer import Buffer
from consumers.dead_letters import DeadLetters
from consumers.delivery import Delivery
from consumers.enrich import NoOffice
from consumers.errors import RetryableError
from consumers.processor import Processor
from consumers.topic_names import TopicNames
from consumers.validate import Validator
from consumers.worker import Worker
from tests.waiting import wait_for

GARBAGE = Delivery("scizoo.demo.captures", 0, 5, b"20.500.12345/x", b"no json")


class Gate:
    """A processor that is away until somebody opens it."""

    office = NoOffice()
    waiting_room = SimpleNamespace(due=lambda: [])

    def __init__(self) -> None:
        self.tries, self.open = 0, Event()

    def process(self, deliveries: Sequence[Delivery]) -> None:
        self.tries += 1
        if not self.open.is_set():
            raise RetryableError("the catalogue is away")


def test_nothing_is_finished_before_it_has_been_done() -> None:
    buffer, gate, stop = Buffer(), Gate(), Event()
    worker = Worker(buffer, gate, stop, pause_s=0.01)  # type: ignore[arg-type]
    worker.start()
    buffer.put(GARBAGE)
    wait_for(lambda: gate.tries >= 2, 10, "tried again")
    assert worker.finished() == []
    gate.open.set()
    assert wait_for(worker.finished, 10, "finished") == [GARBAGE]
    stop.set()
    assert worker.join(60)


class Diary:
    """Every collaborator of a processor: writes down what is asked, and fails at one of them."""

    name = "mongodb"

    def __init__(self, away: str = "") -> None:
        self.away, self.entries = away, []
        self.dead_letters = SimpleNamespace(
            count_documents=lambda *_, **__: 0,
            replace_one=lambda *_, **__: self.note("letter noted"),
        )

    def note(self, what: str) -> None:
        if what == self.away:
            raise RetryableError(f"away: {what}")
        self.entries.append(what)

    def send(self, records: Any) -> None:
        self.note("letter sent")

    def enter(self, waiters: Any) -> None:
        pass

    def leave(self, deliveries: Any) -> None:
        pass

    def release(self, pids: Any) -> list[Delivery]:
        return []

    def note_progress(self, sink: str, deliveries: Any) -> None:
        self.note("progress noted")

    def write(self, answers: Sequence[Any]) -> int:
        self.note("receipt sent")
        return 0


def process_garbage(diary: Diary) -> None:
    letters = DeadLetters(
        diary,  # type: ignore[arg-type]
        diary,  # type: ignore[arg-type]
        TopicNames(),
        "mongodb",
        lambda: datetime.now(timezone.utc),
    )
    parts: Any = (Validator(TopicNames()), diary, diary, diary, diary, letters, diary)
    Processor(*parts).process([GARBAGE])


def test_a_letter_is_sent_then_noted_then_answered() -> None:
    diary = Diary()
    process_garbage(diary)
    assert diary.entries == ["letter sent", "letter noted", "progress noted", "receipt sent"]


@pytest.mark.parametrize("away", ["letter sent", "letter noted", "progress noted", "receipt sent"])
def test_whatever_is_away_the_batch_is_not_finished_and_nothing_behind_it_is_done(away: str) -> None:
    diary = Diary(away)
    with pytest.raises(RetryableError):
        process_garbage(diary)
    order = ["letter sent", "letter noted", "progress noted", "receipt sent"]
    assert diary.entries == order[: order.index(away)]
