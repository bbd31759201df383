"""A selection: which Tango attributes are captured, under which group, name, unit and mapping."""

import hashlib
import json
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from scifish.errors import SelectionError
from scifish.message_parts import SelectionRef
from scifish.messages import explain

DEVICE = re.compile(r"[A-Za-z0-9_.\-+@()]+(/[A-Za-z0-9_.\-+@()]+){2}\Z")
ATTRIBUTE = re.compile(r"[A-Za-z0-9_.\-]+\Z")
RESERVED_GROUPS = ("snapshot", "custom")
"""Groups that the recorder fills from Sardana itself."""


def _checked(pattern: re.Pattern[str], what: str):  # type: ignore[no-untyped-def]
    def check(value: str) -> str:
        if not pattern.match(value):
            raise ValueError(f"{value!r} is not {what}")
        return value.lower()

    return AfterValidator(check)


def _printable(value: str) -> str:
    if not value.strip() or not value.isprintable() or len(value) > 100:
        raise ValueError(f"{value!r} is not a printable name of at most 100 characters")
    return value.strip()


Label = Annotated[str, AfterValidator(_printable)]
DeviceName = Annotated[str, _checked(DEVICE, "a Tango device name such as b107a/opt/slit-01")]
AttributeName = Annotated[str, _checked(ATTRIBUTE, "a Tango attribute name")]


class Entry(BaseModel):
    """One attribute to capture. Tango names are case-insensitive and kept in lower case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: Label | None = Field(default=None, description="null: the name stands at the top level")
    name: Label
    device: DeviceName
    attribute: AttributeName
    unit: str | None = Field(default=None, max_length=40, description="null: the attribute's own unit")
    mapping: dict[str, str] | None = Field(
        default=None, description="shown value by read value, both as text, e.g. {'4': 'insert'}"
    )

    @property
    def source(self) -> str:
        """Return ``device/attribute``."""
        return f"{self.device}/{self.attribute}"


class Selection(BaseModel):
    """A named, versioned set of entries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Label
    revision: int = Field(default=0, ge=0, description="0: never saved")
    entries: tuple[Entry, ...] = ()
    author: str | None = Field(default=None, description="who saved it, as claimed")
    comment: str | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Selection":
        seen: set[tuple[str | None, str]] = set()
        groups = {entry.group for entry in self.entries} - {None}
        for entry in self.entries:
            if (entry.group, entry.name) in seen:
                raise ValueError(f"two entries are called {entry.group or 'no group'} / {entry.name}")
            if entry.group is None and entry.name in groups:
                raise ValueError(f"{entry.name!r} is the name of an entry and of a group")
            if (entry.group or entry.name) in RESERVED_GROUPS:
                raise ValueError(f"{(entry.group or entry.name)!r} is filled by Sardana; choose another")
            seen.add((entry.group, entry.name))
        return self

    @property
    def hash(self) -> str:
        """Return the sha256 of the entries in canonical JSON, hex; name and history do not count."""
        entries = [entry.model_dump() for entry in self.entries]
        text = json.dumps(entries, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def reference(self) -> SelectionRef:
        """Return what a message says of this selection."""
        return SelectionRef(name=self.name, revision=self.revision, hash=self.hash)

    def by_device(self) -> dict[str, list[Entry]]:
        """Return the entries of each device, in the order of the selection."""
        devices: dict[str, list[Entry]] = {}
        for entry in self.entries:
            devices.setdefault(entry.device, []).append(entry)
        return devices


def parse_selection(text: str | bytes) -> Selection:
    """Read a selection from JSON; raise SelectionError with each wrong field and value."""
    try:
        return Selection.model_validate_json(text)
    except ValidationError as error:
        raise SelectionError(explain(error)) from None
