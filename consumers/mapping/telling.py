"""What a batch tells about one dataset: its newest body, and the newest of each amended part."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from consumers.mapping.keys import escape
from scifish.messages import CaptureMessage


@dataclass
class Telling:
    """Messages of one pid, merged to the newest; no time stamp decides."""

    pid: str
    body: CaptureMessage | None = None
    parts: dict[str, CaptureMessage] = field(default_factory=dict)

    def add(self, message: CaptureMessage) -> None:
        """Take a message in, unless it is older than what is here."""
        if message.part is None:
            if self.body is None or standing(message) > standing(self.body):
                self.body = message
        else:
            key = part_key(message)
            if key not in self.parts or standing(message) > standing(self.parts[key]):
                self.parts[key] = message


def gather(messages: Iterable[CaptureMessage]) -> dict[str, Telling]:
    """Return one telling per pid, in the order in which the pids first appear."""
    tellings: dict[str, Telling] = {}
    for message in messages:
        tellings.setdefault(message.pid, Telling(message.pid)).add(message)
    return tellings


def standing(message: CaptureMessage) -> tuple[int, int, str]:
    """Return what decides which of two messages counts: rank, revision, then the author's name.

    Revisions rise per author, so two authors of one rank may tie; their names then decide, the same
    way at every consumer.
    """
    return message.rank, message.revision, message.author


def part_key(message: CaptureMessage) -> str:
    """Return the key under which an amended part stands beside the body."""
    part = message.part
    if part is None:
        raise ValueError(f"phase {message.phase!r} of {message.pid} is not an amended part")
    return escape(f"{message.author} {part.name} {part.index}")
