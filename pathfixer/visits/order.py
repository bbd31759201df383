"""What staff ask about a visit: to close it, lock it, open it again, trust its folders."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pathfixer.errors import RefusedError


class VisitOrder(BaseModel):
    """One order; who gives it is a claim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visit: str = Field(min_length=1, description="its folder, or <proposal>/<visit>")
    by: str = Field(min_length=1, description="user@host")
    reason: str = ""


class TreeOrder(BaseModel):
    """An order about every visit of a beamline; who gives it is a claim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str = Field(min_length=1, description="user@host")
    reason: str = ""
    apply: bool = Field(default=False, description="false: only tell what would be done")


Order = TypeVar("Order", VisitOrder, TreeOrder)


def parse_order(text: str, kind: type[Order]) -> Order:
    """Read an order from JSON; raises RefusedError naming each wrong field."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        wrong = (
            f"{'.'.join(str(step) for step in item['loc']) or 'order'}: {item['msg']}"
            for item in error.errors(include_url=False)
        )
        raise RefusedError(f"{text[:200]!r} is no order about visits: {'; '.join(wrong)}") from None
