"""What every sink is to the rest: a batch in, one answer per capture out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from consumers.configuration import SinkName
from consumers.enrich import Enrichment
from scifish.messages import CaptureMessage


@dataclass(frozen=True)
class Capture:
    """A valid message, and what the user office says about it."""

    message: CaptureMessage
    enrichment: Enrichment = field(default_factory=Enrichment)

    @property
    def office(self) -> dict[str, Any] | None:
        """The user office's record, none where there is none."""
        return self.enrichment.record


@dataclass(frozen=True)
class Answer:
    """What a sink did with a capture."""

    outcome: Literal["catalogued", "rejected", "waiting"]
    reason: str | None = None
    catalogued_at: datetime | None = None
    """When the dataset became complete in this sink; none while it is not."""
    retry: bool = False
    """Catalogued, but worth telling again later: the user office was away or knew nothing yet."""

    @property
    def is_final(self) -> bool:
        """Whether nothing is left to try."""
        return self.outcome != "waiting" and not self.retry


class Sink(Protocol):
    """A catalogue."""

    name: SinkName

    def prepare(self) -> None:
        """Get ready to write: indexes, log-in. Raises RetryableError or FatalError."""
        ...

    def close(self) -> None:
        """Close what is open; the sink is not used afterwards."""
        ...

    def write(self, captures: Sequence[Capture]) -> list[Answer]:
        """Write captures durably and answer each, in their order.

        Raises
        ------
        RetryableError
            The whole sink is away; nothing of the batch counts as finished.
        FatalError
            The sink will refuse everything until a person has changed something.
        """
        ...
