"""What a client asks for when it opens a session."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pathfixer.errors import RefusedError


class OpenRequest(BaseModel):
    """Who wants to measure what; the category is never asked for, it follows from the proposal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str = Field(min_length=1)
    proposal: str = Field(min_length=1)
    visit: str | None = Field(default=None, description="null or empty: the one that runs now")
    sample: str = Field(default="", description="folders below raw; empty: none")
    endstation: str | None = Field(default=None, description="null, empty or None: the whole beamline")
    override_reason: str = Field(
        default="",
        max_length=500,
        description="why staff open it while the user office is away; empty: not then",
    )


def parse_request(text: str) -> OpenRequest:
    """Read a request from JSON; raises RefusedError naming each wrong field."""
    try:
        return OpenRequest.model_validate_json(text)
    except ValidationError as error:
        wrong = (
            f"{'.'.join(str(step) for step in item['loc']) or 'request'}: {item['msg']}"
            for item in error.errors(include_url=False)
        )
        raise RefusedError(f"OpenSession cannot read {text[:200]!r}: {'; '.join(wrong)}") from None
