"""Arguments of the SciDog device's commands that are more than a name, as JSON."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scidog.errors import RefusedError
from scifish.messages import explain


class DeleteRequest(BaseModel):
    """Which selection to end; refused when ``revision`` is not its newest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    revision: int = Field(ge=1)
    author: str | None = Field(default=None, description="who asks, as claimed")


class DiffRequest(BaseModel):
    """Which two revisions of a selection to compare."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    old: int = Field(ge=1)
    new: int = Field(ge=1)


Request = TypeVar("Request", bound=BaseModel)


def parse_request(model: type[Request], text: str) -> Request:
    """Read a command's argument; raise RefusedError with the wrong fields and the form."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        form = ", ".join(f'"{name}": …' for name in model.model_fields)
        raise RefusedError(f"{explain(error)}; the argument is {{{form}}}") from None
