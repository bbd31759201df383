"""What a session may be opened for, and on what ground. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sdm.path_rules import Category
from sdm.user_office.protocol import Proposal
from sdm.visits import Visit

AWAY = "the user office is away"
"""So begins the warning of a permit that does not rest on the office's word of now."""


@dataclass(frozen=True)
class Permit:
    """What a session may be opened for.

    Attributes
    ----------
    proposal
        As may be told; only its number when nobody can say more.
    category
        None when nobody can say what type the proposal is of.
    office_as_of
        When the office said what this rests on; none when it has just said it, or never.
    override_reason
        Why staff open it without the office's word.
    """

    proposal: Proposal
    category: Category | None
    visit: Visit
    origin: Literal["live", "cached", "override"] = "live"
    office_as_of: datetime | None = None
    override_reason: str | None = None
    warnings: list[str] = field(default_factory=list)
