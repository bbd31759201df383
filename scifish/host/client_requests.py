"""What a client may say of a capture, and ask (commands of the SciFish device)."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from scifish.errors import MessageError
from scifish.message_parts import DataFile, Value
from scifish.messages import explain


class Request(BaseModel):
    """Base: a field that is not known is refused, it may be a typing error."""

    model_config = ConfigDict(extra="forbid")

    description: str | None = None
    files: list[DataFile] = Field(default=[], description="any number; relative to source_folder")
    points_recorded: int | None = Field(default=None, ge=0)
    custom: dict[str, JsonValue] = Field(default={}, description="values that no selection reads")

    def custom_values(self) -> dict[str, Value]:
        """Return the custom values as the message has them: without a unit."""
        return {name: Value(value=value, unit=None) for name, value in self.custom.items()}


class Begin(Request):
    """What a client says when its capture begins."""

    program: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,40}$", description="lower case, e.g. ses")
    version: str | None = None
    door: str | None = Field(default=None, description="to choose the line of property Sessions")
    title: str | None = None
    name: str | None = None
    type: Literal["raw", "derived"] = "raw"
    inputs: list[str] = Field(default=[], description="pids that a derived dataset was made from")
    scan_id: str | None = None
    parameters: list[str] = []
    source_folder: str | None = Field(default=None, pattern=r"^/", description="absolute")
    data_format: str | None = None
    points_planned: int | None = Field(default=None, ge=0)

    def fields(self) -> dict[str, Any]:
        """Return the message's fields."""
        apart = {"program", "version", "door", "type", "files", "custom"}
        return {name: getattr(self, name) for name in type(self).model_fields if name not in apart}


class End(Request):
    """What a client says when its capture ends."""

    pid: str
    status: Literal["completed", "stopped", "aborted", "failed"] = "completed"
    error: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return the message's fields that are given."""
        return self.model_dump(include={"description", "points_recorded", "error"}, exclude_none=True)


class Whole(Begin):
    """A capture that has happened already."""

    status: Literal["completed", "stopped", "aborted", "failed"] = "completed"
    error: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return the message's fields."""
        return {name: value for name, value in super().fields().items() if name != "status"}


class ScanWanted(BaseModel):
    """Which scan a client asks for."""

    model_config = ConfigDict(extra="forbid")

    door: str | None = Field(default=None, description="Tango name; null: any")
    scan_id: str
    start_ns: int = Field(ge=0, description="its begin by Sardana, ns since the epoch, UTC")


def parse_request(model: type[Any], text: str) -> Any:
    """Read a request from JSON; raise MessageError with each wrong field and its value."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise MessageError(explain(error)) from None
