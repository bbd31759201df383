"""The state of a capture, from what was sent of it and what was answered (pure).

captured, sent, then rejected if any sink rejected, else waiting if any waits, else catalogued when
all of the receipt's own ``sinks`` have it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scifish.receipts import FINAL

State = Literal["captured", "sent", "waiting", "catalogued", "rejected"]
WORST_FIRST: tuple[State, ...] = ("rejected", "waiting", "captured", "sent", "catalogued")


@dataclass(frozen=True)
class Telling:
    """One committed message, without its body."""

    phase: str
    author: str
    part: str
    rank: int
    revision: int
    sent: bool

    @property
    def age(self) -> tuple[int, int]:
        """What orders two bodies of a capture."""
        return (self.rank, self.revision)


@dataclass(frozen=True)
class Answer:
    """The newest receipt of one sink about one telling."""

    phase: str
    author: str
    part: str
    rank: int
    revision: int
    sink: str
    outcome: str
    reason: str | None
    sinks: tuple[str, ...]
    at: str
    """RFC 3339, the consumer's clock."""
    place: int
    """Its number among all receipts read: orders the answers."""

    def about(self, telling: Telling) -> bool:
        """Tell whether this answers exactly that telling."""
        mine = (self.phase, self.author, self.part, self.rank, self.revision)
        return mine == (telling.phase, telling.author, telling.part, telling.rank, telling.revision)


@dataclass(frozen=True)
class Standing:
    """How far a capture has come."""

    state: State
    reason: str | None
    answers: tuple[Answer, ...]
    open: bool
    """Begun, and nobody has told its end."""

    @property
    def final(self) -> bool:
        """Every telling that counts has its last answer from every sink, and the end is told."""
        return self.state in FINAL and not self.open


def standing(tellings: Sequence[Telling], answers: Iterable[Answer]) -> Standing:
    """Return how far a capture has come; the least advanced of what counts decides."""
    given = list(answers)
    counted = [(telling, [item for item in given if item.about(telling)]) for telling in newest(tellings)]
    judged = [_judge(telling, found) for telling, found in counted]
    state, reason = min(judged, key=lambda item: WORST_FIRST.index(item[0]), default=("captured", None))
    return Standing(
        state=state,
        reason=reason,
        answers=tuple(item for _, found in counted for item in found),
        open=not any(telling.phase == "ended" for telling in tellings),
    )


def newest(tellings: Iterable[Telling]) -> list[Telling]:
    """Return the tellings that count: the newest body, and the newest amendment per author and part."""
    bodies: list[Telling] = []
    parts: dict[tuple[str, str], Telling] = {}
    for telling in sorted(tellings, key=lambda item: item.age):
        if telling.phase == "amended":
            parts[telling.author, telling.part] = telling
        else:
            bodies = [telling]
    return [*bodies, *parts.values()]


def is_final(answers: Sequence[Answer]) -> bool:
    """Tell whether every sink that the newest receipt names has given its last answer."""
    if not answers:
        return False
    expected = set(max(answers, key=lambda item: item.place).sinks)
    answered = {item.sink for item in answers if item.outcome in FINAL}
    return expected <= answered


def _judge(telling: Telling, answers: list[Answer]) -> tuple[State, str | None]:
    for outcome in ("rejected", "waiting"):
        for item in answers:
            if item.outcome == outcome:
                return outcome, f"{item.sink}: {item.reason}" if item.reason else item.sink
    if is_final(answers):
        return "catalogued", None
    return ("sent" if telling.sent or answers else "captured"), None
