"""``Session``: what PathFixer publishes in its attribute of that name, and every producer reads."""

from typing import Literal

from pydantic import Field, ValidationError

from scifish.errors import MessageError
from scifish.message_parts import Part, UtcTime
from scifish.messages import Category, explain

SCHEMA = "scizoo.session/1"


class Session(Part):
    """The session of one endstation; a rising ``revision`` orders two of one PathFixer."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    revision: int = Field(ge=0)
    state: Literal["open", "closed"] = "closed"
    beamline: str
    endstation: str | None = None
    category: Category | None = None
    proposal: str | None = None
    visit: str | None = None
    sample: str | None = Field(default=None, description="folder of the sample below raw")
    sample_id: str | None = None
    username: str | None = None
    path: str = Field(default="", description="the raw folder; empty when closed")
    sample_path: str = Field(default="", description="path, or the sample's folder below it")
    process_path: str = ""
    unowned_path: str = Field(default="", description="where scans without a session go")
    opened_at: UtcTime | None = None
    visit_ends_at: UtcTime | None = Field(default=None, description="null: no schedule known")
    origin: Literal["live", "cached", "override"] = Field(
        default="live", description="how the user office answered: at opening, of cached once it confirms it"
    )
    office_as_of: UtcTime | None = Field(
        default=None, description="when it said what this rests on; null: at opening or since, or never"
    )
    override_reason: str | None = Field(default=None, description="why staff opened it without its word")
    objection: str | None = Field(
        default=None, description="what it says against a cached session since it answers again"
    )
    warnings: list[str] = []


def parse_session(text: str | bytes) -> Session:
    """Read a session from JSON; raise MessageError when it is none."""
    try:
        return Session.model_validate_json(text)
    except ValidationError as error:
        raise MessageError(explain(error)) from None
