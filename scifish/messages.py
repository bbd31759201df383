"""The capture message ``scizoo.capture/1``: one document per phase of a capture.

``ended`` is self-contained: a lost, late or repeated ``started`` changes nothing. No time stamp
decides which of two messages is newer, only (``rank``, ``revision``).
"""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import from_json

from scifish.errors import MessageError, UnknownSchemaError
from scifish.identifiers import check_pid
from scifish.message_parts import (
    INT64,
    AmendmentPart,
    Counter,
    DataFile,
    Failure,
    Moveable,
    ParentMacro,
    Part,
    Preview,
    SelectionRef,
    Source,
    UtcTime,
    ValueTree,
)

SCHEMA = "scizoo.capture/1"
MAX_BYTES = 900_000
"""Largest serialised message, enforced when it is committed to the spool."""
MAX_FILES = 1000
"""Files in one message; more follow in ``amended`` parts."""

RANK_STARTED, RANK_CLOSED, RANK_ENDED, RANK_REPAIRED = 0, 1, 2, 3

Beamline = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Phase = Literal["started", "ended", "amended"]
Status = Literal["running", "completed", "stopped", "aborted", "failed", "interrupted"]
Assignment = Literal["assigned", "none", "conflict"]
Origin = Literal["live", "cached", "override", "none"]
Category = Literal["visitors", "staff", "proprietary"]


class Identity(Part):
    """Whose capture this is, and which telling of it."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    pid: str = Field(description="<PidPrefix>/<uuid5 of the parts below>")
    facility: str
    producer: str = Field(description="uuid of the producer process life")
    start_ns: int = Field(ge=0, lt=INT64, description="begin of the capture, ns since the epoch, UTC")
    nonce: Nonce
    phase: Phase
    author: str = Field(description="<role>@<host> of who wrote this message")
    rank: int = Field(ge=0, le=3, description="0 started, 1 closed by SciFish, 2 ended, 3 repaired")
    revision: int = Field(ge=1, lt=INT64, description="rises per pid and author")
    part: AmendmentPart | None = Field(default=None, description="only in phase amended")
    parts_expected: int = Field(
        default=0, ge=0, lt=INT64, description="amended parts of files that belong to this message"
    )
    type: Literal["raw", "derived"] = "raw"
    inputs: list[str] = Field(default=[], description="pids a derived dataset was made from")
    beamline: Beamline
    endstation: str | None = None
    source: Source
    scan_id: str | None = Field(default=None, description="Sardana's ScanID: not unique, may go backwards")
    macro_id: str | None = None
    parents: list[ParentMacro] = Field(default=[], description="outermost first")
    parameters: list[str] = Field(default=[], description="the macro's parameters as text")


class Context(Part):
    """Whose data it is, frozen at the begin of the capture."""

    proposal: str | None = None
    visit: str | None = None
    sample: str | None = Field(default=None, description="folder of the sample below raw")
    sample_id: str | None = None
    username: str | None = None
    category: Category | None = None
    assignment: Assignment = "none"
    context_origin: Origin = "none"
    context_age_s: float | None = Field(
        default=None, ge=0, description="age of what was known at second hand, s"
    )
    context_note: str | None = Field(
        default=None, description="why it is not assigned, or on whose word it is, for people"
    )

    @model_validator(mode="after")
    def _proposal_only_when_assigned(self) -> "Context":
        if self.assignment == "assigned" and not self.proposal:
            raise ValueError("assignment is 'assigned' without a proposal")
        if self.assignment != "assigned" and self.proposal:
            raise ValueError(f"assignment is {self.assignment!r} but a proposal is named")
        return self


class Act(Part):
    """What was done."""

    name: str | None = None
    title: str | None = Field(default=None, description="the expanded macro line, or the file's name")
    description: str | None = None
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    status: Status = "running"
    error: str | None = None
    points_planned: int | None = Field(default=None, ge=0)
    points_recorded: int | None = Field(default=None, ge=0)
    points_empty: int | None = Field(default=None, ge=0, description="padding rows of NaN, counted apart")
    measurement_group: str | None = None
    scan_class: str | None = None
    moveables: list[Moveable] = []
    counters: list[Counter] = []
    detectors: list[str] = []


class Data(Part):
    """Where the files lie, and a quick look at them."""

    source_folder: str | None = Field(default=None, description="absolute, normalised")
    data_format: str | None = None
    files: list[DataFile] = Field(default=[], max_length=MAX_FILES)
    preview: Preview | None = None


class Metadata(Part):
    """How the beamline stood."""

    selection: SelectionRef | None = None
    values: ValueTree = {}
    values_at_start: ValueTree = {}
    failures: list[Failure] = []


class CaptureMessage(Metadata, Data, Act, Context, Identity):
    """One phase of one capture."""

    @model_validator(mode="after")
    def _part_only_in_amended(self) -> "CaptureMessage":
        if (self.part is not None) != (self.phase == "amended"):
            raise ValueError(f"'part' belongs to phase 'amended', not to {self.phase!r}")
        return self

    def to_bytes(self) -> bytes:
        """Return the message as UTF-8 JSON, defaults included, so a reader needs no defaults."""
        return self.model_dump_json(by_alias=True).encode()


def decode(data: bytes | None, key: bytes | None = None) -> CaptureMessage:
    """Read a message from the wire.

    Raises
    ------
    UnknownSchemaError
        The schema is a later ``scizoo.capture``: keep it until this reader is upgraded.
    MessageError
        It is no message and never will be; the text names the field and the value.
    """
    if not data:
        raise MessageError("the message has no value")
    try:
        document = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise MessageError(f"not JSON: {error}") from None
    check_schema(document)
    try:
        message = CaptureMessage.model_validate(document)
    except ValidationError as error:
        raise MessageError(explain(error)) from None
    if key is not None and key != message.pid.encode():
        raise MessageError(f"the key {key[:100]!r} is not the pid {message.pid!r}")
    check_message_pid(message)
    return message


def check_schema(document: Any) -> None:
    """Raise UnknownSchemaError for a later major schema, MessageError for anything that is no capture."""
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == SCHEMA:
        return
    if isinstance(schema, str) and re.fullmatch(r"scizoo\.capture/[0-9]{1,6}", schema):
        raise UnknownSchemaError(f"schema {schema!r} is not known to this version, which reads {SCHEMA!r}")
    raise MessageError(f"schema: {str(schema)[:80]!r} is not {SCHEMA!r}")


def check_message_pid(message: CaptureMessage) -> None:
    """Raise MessageError unless the message's pid is the one that its own parts make."""
    check_pid(
        message.pid,
        message.facility,
        message.beamline,
        message.source.host,
        message.producer,
        message.start_ns,
        message.nonce,
    )


def explain(error: ValidationError) -> str:
    """Return a validation error as one line: each field, what is wrong, and the value."""
    lines = []
    for item in error.errors(include_url=False)[:5]:
        place = ".".join(str(step) for step in item["loc"]) or "message"
        lines.append(f"{place}: {item['msg']} (got {str(item.get('input'))[:80]!r})")
    return "; ".join(lines)
