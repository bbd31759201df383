"""Who may measure, and in which visit. Pure: the office's answers and the clock are arguments."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from pathfixer.errors import RefusedError
from sdm.path_rules import PathRules
from sdm.user_office.protocol import ACCEPTED, FINISHED, Proposal
from sdm.visits import Kept, Visit, current_visit, plan_visits, unscheduled_visit, visit_of_today

EARLY = timedelta(hours=24)
"""A session may be opened this long before its visit begins."""


def admit(
    proposal: Proposal, parent: Proposal | None, username: str, beamline: str, staff: Collection[str]
) -> list[str]:
    """Return warnings when this user may measure for this proposal here.

    Parameters
    ----------
    proposal, parent
        As the office has them; members of a parent are members of its children.
    username
        Log-in name of who measures.
    beamline
        Where.
    staff
        Log-in names that may measure for any proposal.

    Raises
    ------
    RefusedError
        With the reason and who can change it.
    """
    member = proposal.has(username) or (parent is not None and parent.has(username))
    if not member and username not in staff:
        raise RefusedError(
            f"{username} belongs neither to proposal {proposal.number} nor to the staff: "
            f"ask the PI to add the account in the user office"
        )
    if beamline not in proposal.beamlines and not proposal.blocks_at(beamline) and username not in staff:
        raise RefusedError(f"proposal {proposal.number} is not for {beamline}: staff may open it")
    if proposal.status == FINISHED:
        return [f"proposal {proposal.number} is finished"]
    if proposal.status != ACCEPTED:
        raise RefusedError(
            f"proposal {proposal.number} is {proposal.status!r}, not accepted: ask the user office"
        )
    return []


def visits_of(proposal: Proposal, beamline: str, rules: PathRules, kept: Sequence[Kept] = ()) -> list[Visit]:
    """Return the visits of a proposal at a beamline, earliest first: scheduled, or kept by their folder."""
    blocks = [(block.start, block.end) for block in proposal.blocks_at(beamline)]
    return plan_visits(blocks, rules.zone_info, rules.visit_gap, kept)


def pick_visit(
    wanted: str | None, visits: Sequence[Visit], is_staff: bool, rules: PathRules, now: datetime
) -> Visit:
    """Return the visit that is meant: the named one, else the one that runs now, else today's.

    Raises
    ------
    RefusedError
        The name is no visit of the schedule and the user is not staff, or no visit runs now.
    """
    known = ", ".join(visit.name for visit in visits)
    scheduled = any(visit.scheduled for visit in visits)
    if wanted is not None:
        named = next((visit for visit in visits if visit.name == wanted), None)
        if named is None and scheduled and not is_staff:
            raise RefusedError(f"visit {wanted!r} is not scheduled (there is: {known}): staff may open it")
        return named or unscheduled_visit(wanted, rules.zone_info)
    if not scheduled:
        return visit_of_today(now, rules.zone_info)
    running = current_visit(visits, now, EARLY)
    if running is None:
        raise RefusedError(f"no visit runs now; name the one that is meant (there is: {known})")
    return running
