"""The pieces of a capture message that are documents themselves."""

from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
)

INT64 = 2**63
"""What orders messages and parts is smaller: MongoDB and SQLite keep no larger whole number."""


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{value} lies outside the years 1 to 9999 in UTC") from None


def _rfc3339(value: datetime) -> str:
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")


UtcTime = Annotated[
    AwareDatetime,
    AfterValidator(_utc),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
]
"""An instant, RFC 3339 in UTC with microseconds; a time without zone is refused."""


class Part(BaseModel):
    """Base of every message model: unknown fields are kept, so an older reader loses nothing."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, ser_json_inf_nan="null")


class Source(Part):
    """The program that made the data."""

    program: str = Field(description="sardana, ses, prodigy, … : the program's own name, lower case")
    host: str = Field(description="name of the capture host, or SCIZOO_HOST")
    version: str | None = Field(default=None, description="version of the program")
    macro_server: str | None = Field(default=None, description="Tango name of the MacroServer")
    door: str | None = Field(default=None, description="Tango name of the Door")


class ParentMacro(Part):
    """One macro above the scan, outermost first."""

    name: str
    command: str = Field(description="the macro line as Sardana expanded it")
    id: str | None = None


class SelectionRef(Part):
    """Which selection was active when the capture began."""

    name: str
    revision: int = Field(ge=0, lt=INT64)
    hash: str = Field(description="sha256 of the entries in canonical JSON, hex")


class Value(Part):
    """One value with everything needed to trust it (rule: unit, quality, read time).

    A numpy array arrives as nested lists; forms that JSON lacks (NaN, big integers, bytes) are
    written as ``scifish.tango_values`` defines.
    """

    value: Any
    unit: str | None = Field(description="an explicit null says: has no unit")
    quality: str | None = Field(default=None, description="Tango quality, without the ATTR_ prefix")
    read_time: UtcTime | None = Field(default=None, description="time stamp of the reading, UTC")
    source: str | None = Field(default=None, description="device/attribute")
    type: str | None = Field(default=None, description="Tango type, e.g. DevDouble")
    raw: Any = Field(default=None, description="the value before the selection's mapping")
    late: bool | None = Field(default=None, description="true: read after the phase it stands in")

    @model_serializer(mode="wrap")
    def _leave_out_what_is_rare(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        leaf: dict[str, Any] = handler(self)
        for key in ("raw", "late"):
            if leaf.get(key) is None:
                leaf.pop(key, None)
        return leaf


def is_leaf(node: Any) -> bool:
    """Tell a value from a group of values in a tree: a value has ``value`` and a ``unit`` of text or null.

    A group may well hold entries called "value" and "unit"; those are documents themselves.
    """
    if isinstance(node, dict):
        return "value" in node and "unit" in node and not isinstance(node["unit"], dict | Value)
    return isinstance(node, Value)


ValueTree = dict[
    str,
    Annotated[
        Annotated[Value, Tag("value")] | Annotated[dict[str, Value], Tag("group")],
        Discriminator(lambda node: "value" if is_leaf(node) else "group"),
    ],
]
"""Name to value, or group to (name to value); an entry without group stands at the top."""


class Failure(Part):
    """A value that could not be read, or a reduction of one that was too large."""

    device: str | None = None
    attribute: str | None = None
    reason: str
    phase: Literal["start", "end"] | None = Field(default=None, description="phase in which it failed")


class Moveable(Part):
    """A moveable of the scan, a column of its table."""

    label: str
    source: str | None = None
    unit: str | None = None
    min: float | None = None
    max: float | None = None


class Counter(Part):
    """A counter of the scan, a column of its table."""

    label: str
    source: str | None = None
    unit: str | None = None
    dtype: str | None = None
    shape: list[int] = []


class DataFile(Part):
    """A file of the dataset."""

    path: str = Field(min_length=1, description="relative to source_folder")
    size: int | None = Field(default=None, ge=0, description="bytes; null while not known")
    time: UtcTime | None = Field(default=None, description="last modification, UTC")
    entry: str | None = Field(default=None, description="entry of a shared file, e.g. entry42")
    role: Literal["master", "external"] = "master"
    complete: bool | None = Field(
        default=None, description="null: not known yet; false: given up waiting for its end"
    )
    checksum: str | None = Field(default=None, description="<algorithm>:<hex>")


class Preview(Part):
    """Scalar columns of a scan, thinned to at most 500 points and 8 columns."""

    points_total: int = Field(default=0, ge=0, description="points before thinning")
    columns: dict[str, list[float | str | None]] = Field(default={}, description="label to values")
    units: dict[str, str | None] = {}


class AmendmentPart(Part):
    """Which piece of a series of amendments this message is."""

    name: str = Field(description="what is amended: files, completion, values")
    index: int = Field(ge=1, lt=INT64, description="1-based")
    of: int = Field(ge=1, lt=INT64)
