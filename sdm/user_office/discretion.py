"""What of a proposal may be known beyond its user office. Pure."""

from collections.abc import Collection

from sdm.user_office.protocol import Proposal


def is_closed(proposal_type: str, closed_types: Collection[str]) -> bool:
    """Tell whether a type is one whose titles nobody may read, compared without case."""
    return proposal_type.strip().casefold() in {word.casefold() for word in closed_types}


def as_may_be_told(proposal: Proposal, closed_types: Collection[str]) -> Proposal:
    """Return a proposal without title and abstract when its type is closed."""
    if not is_closed(proposal.type, closed_types):
        return proposal
    return proposal.model_copy(update={"title": "", "abstract": ""})
