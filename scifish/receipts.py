"""The receipt ``scizoo.receipt/1``: what the catalogue's side answers about one message."""

from typing import Literal

from pydantic import Field, ValidationError

from scifish.errors import MessageError
from scifish.message_parts import AmendmentPart, Part, UtcTime
from scifish.messages import Phase, explain

SCHEMA = "scizoo.receipt/1"
Outcome = Literal["catalogued", "rejected", "waiting", "resend"]
FINAL = ("catalogued", "rejected")


class Receipt(Part):
    """Outcome of one message at one sink; the Kafka key is the pid.

    ``resend`` names no pid but a span of broker time that the log has lost; every forwarder of
    the beamline sends again what it sent in it. A begin or end that is null is not known: the
    span has no bound on that side.
    """

    schema_: str = Field(default=SCHEMA, alias="schema")
    pid: str | None = None
    author: str | None = None
    phase: Phase | None = None
    rank: int | None = None
    revision: int | None = None
    part: AmendmentPart | None = None
    sink: str = Field(description="mongodb or scicat")
    outcome: Outcome
    reason: str | None = Field(default=None, description="for people: what is wrong and what to do")
    sinks: list[str] = Field(default=[], description="all sinks configured for the beamline")
    at: UtcTime = Field(description="the consumer's clock")
    catalogued_at: UtcTime | None = Field(
        default=None, description="when the dataset became complete in this sink"
    )
    resend_from: UtcTime | None = Field(
        default=None, description="broker time, begin of the gap; null: unbounded"
    )
    resend_to: UtcTime | None = Field(
        default=None, description="broker time, end of the gap; null: unbounded"
    )

    def to_bytes(self) -> bytes:
        """Return the receipt as UTF-8 JSON."""
        return self.model_dump_json(by_alias=True).encode()


def decode(data: bytes) -> Receipt:
    """Read a receipt from the wire; raise MessageError when it is none."""
    try:
        return Receipt.model_validate_json(data)
    except ValidationError as error:
        raise MessageError(explain(error)) from None
