"""One message as the broker handed it over."""

from dataclasses import dataclass
from datetime import datetime

Partition = tuple[str, int]
"""Topic and number of a partition."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message of a ``captures`` topic, not yet looked into."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    broker_time: datetime | None = None
    """When the broker appended it (UTC); none when the topic does not stamp messages itself."""

    @property
    def place(self) -> Partition:
        """The partition it came from."""
        return self.topic, self.partition

    @property
    def size(self) -> int:
        """Bytes it holds in memory, key and value."""
        return len(self.key or b"") + len(self.value or b"")
