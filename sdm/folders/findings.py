"""What a check finds, in words for people."""

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    """One line of a check."""

    model_config = ConfigDict(frozen=True)

    part: str
    ok: bool
    finding: str
    cure: str = ""
