"""What a client asks for when it opens or closes a session."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pathfixer.errors import RefusedError

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Request(BaseModel):
    """What every request may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asked_by: str = Field(default="", max_length=100, description="name of who asks, as claimed")
    force_reason: Reason = Field(
        default="", description="why to switch under a running macro or growing files; empty: not then"
    )
    asking_door: str = Field(
        default="", description="the Door whose macro asks, as claimed: that it runs is no obstacle"
    )

    @property
    def asker(self) -> str:
        """The name that the history keeps, as claimed; empty when none was given."""
        return self.asked_by


class OpenRequest(Request):
    """Who wants to measure what; the category is never asked for, it follows from the proposal."""

    username: str = Field(min_length=1)
    proposal: str = Field(min_length=1)
    visit: str | None = Field(default=None, description="null or empty: the one that runs now")
    sample: str = Field(default="", description="folders below raw; empty: none")
    endstation: str | None = Field(default=None, description="null, empty or None: the whole beamline")
    override_reason: Reason = Field(
        default="", description="why staff open it while the user office is away; empty: not then"
    )

    @property
    def asker(self) -> str:
        """The name that the history keeps: who measures, when nobody else is named."""
        return self.asked_by or self.username


class CloseRequest(Request):
    """Who wants to close the session; everything may be left out."""


Asked = TypeVar("Asked", bound=Request)


def parse_request(text: str) -> OpenRequest:
    """Read a request to open from JSON; raises RefusedError naming each wrong field."""
    return _parse(OpenRequest, "OpenSession", text)


def parse_close_request(text: str) -> CloseRequest:
    """Read a request to close from JSON; raises RefusedError naming each wrong field."""
    return _parse(CloseRequest, "EndSession", text)


def _parse(model: type[Asked], command: str, text: str) -> Asked:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        wrong = (
            f"{'.'.join(str(step) for step in item['loc']) or 'request'}: {item['msg']}"
            for item in error.errors(include_url=False)
        )
        raise RefusedError(f"{command} cannot read {text[:200]!r}: {'; '.join(wrong)}") from None
