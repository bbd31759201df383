"""Who may measure, and in which visit. Pure: the office's answers and the clock are arguments."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pathfixer.errors import RefusedError
from sdm.path_rules import PathRules
from sdm.user_office.protocol import ACCEPTED, FINISHED, Proposal
from sdm.visits import Kept, Visit, current_visit, plan_visits, unscheduled_visit, visit_of_today

EARLY = timedelta(hours=24)
"""A session may be opened this long before its visit begins."""


def is_member(proposal: Proposal, ancestors: Iterable[Proposal], username: str) -> bool:
    """Tell whether a user belongs to a proposal: members of a parent are members of its children."""
    return proposal.has(username) or any(ancestor.has(username) for ancestor in ancestors)


def admit(
    proposal: Proposal, ancestors: Iterable[Proposal], username: str, beamline: str, is_staff: bool
) -> list[str]:
    """Return warnings when this user may measure for this proposal here.

    Parameters
    ----------
    proposal, ancestors
        As the office has them; its parent, the parent's parent and so on.
    username
        Log-in name of who measures.
    beamline
        Where.
    is_staff
        Whether this user may measure for any proposal.

    Raises
    ------
    RefusedError
        With the reason and who can change it.
    """
    if not is_staff and not is_member(proposal, ancestors, username):
        raise RefusedError(
            f"{username} belongs neither to proposal {proposal.number} nor to the staff: "
            f"ask the PI to add the account in the user office"
        )
    if not is_staff and not proposal.is_for(beamline):
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


def nothing_kept(proposal: str) -> Sequence[Kept]:
    """Know no visit whose folder exists."""
    return ()


def pick_visit(
    wanted: str | None, visits: Sequence[Visit], is_staff: bool, rules: PathRules, now: datetime
) -> Visit:
    """Return the visit that is meant: the named one, else the one that runs now, else today's.

    Raises
    ------
    RefusedError
        The name is no visit that is known, nor today's without a schedule, and the user is not staff; or
        there is a schedule, and no visit of it runs now.
    """
    if wanted is not None and is_staff:
        return named_by_staff(wanted, visits, rules, now)
    if any(visit.scheduled for visit in visits):
        return pick_scheduled(wanted, visits, now)
    return pick_without_schedule(wanted, visits, rules, now)


def pick_scheduled(wanted: str | None, visits: Sequence[Visit], now: datetime) -> Visit:
    """Return a visit of the schedule, or one whose folder exists: the named one, else the one that runs now.

    Raises
    ------
    RefusedError
        There is none of that name, or none runs now.
    """
    if wanted is not None:
        return _known(wanted, visits, f"visit {wanted!r} is not scheduled")
    running = current_visit(visits, now, EARLY)
    if running is None:
        raise RefusedError(f"no visit runs now; name the one that is meant (there is: {_names(visits)})")
    return running


def pick_without_schedule(
    wanted: str | None, visits: Sequence[Visit], rules: PathRules, now: datetime
) -> Visit:
    """Return today's visit, or the named one whose folder exists; raises RefusedError for another date."""
    today = _today(visits, rules, now)
    if wanted is None or wanted == today.name:
        return today
    return _known(wanted, visits, f"visit {wanted!r} is not today ({today.name}), and there is no schedule")


def named_by_staff(wanted: str | None, visits: Sequence[Visit], rules: PathRules, now: datetime) -> Visit:
    """Return the visit that staff name, scheduled or not, else the one that runs now, else today's."""
    if wanted is not None:
        return _find(wanted, visits) or unscheduled_visit(wanted, rules.zone_info)
    return current_visit(visits, now, EARLY) or _today(visits, rules, now)


def _today(visits: Sequence[Visit], rules: PathRules, now: datetime) -> Visit:
    today = visit_of_today(now, rules.zone_info)
    return _find(today.name, visits) or today


def _find(name: str, visits: Sequence[Visit]) -> Visit | None:
    return next((visit for visit in visits if visit.name == name), None)


def _known(wanted: str, visits: Sequence[Visit], refusal: str) -> Visit:
    visit = _find(wanted, visits)
    if visit is None:
        raise RefusedError(f"{refusal} (there is: {_names(visits)}): staff may open it")
    return visit


def _names(visits: Sequence[Visit]) -> str:
    return ", ".join(visit.name for visit in visits) or "none"
