"""The heartbeat ``scizoo.heartbeat/1``: a consumer's sign of life on the receipts topic.

A beamline may read that topic, and asks for no right to look into consumer groups. The record has no
key; a forwarder that does not know it takes it for a receipt of somebody else's and goes on.
"""

from typing import Literal

from pydantic import Field, ValidationError

from scifish.message_parts import Part, UtcTime

Schema = Literal["scizoo.heartbeat/1"]
SCHEMA: Schema = "scizoo.heartbeat/1"
PERIOD_S = 20.0
"""Between two heartbeats of one process."""


class Heartbeat(Part):
    """Told by a process that polls, for each beamline whose captures it has been given to read."""

    schema_: Schema = Field(default=SCHEMA, alias="schema")
    sink: str = Field(description="mongodb or scicat")
    group: str = Field(description="Kafka consumer group")
    instance: str | None = Field(default=None, description="the process's name in its group, if it has one")
    sinks: list[str] = Field(default=[], description="all sinks configured for the beamline")
    at: UtcTime = Field(description="the consumer's clock")

    def to_bytes(self) -> bytes:
        """Return the heartbeat as UTF-8 JSON."""
        return self.model_dump_json(by_alias=True).encode()


def find_heartbeat(data: bytes | None) -> Heartbeat | None:
    """Read a record of the receipts topic; return none when it is something else."""
    try:
        return Heartbeat.model_validate_json(data or b"")
    except ValidationError:
        return None
