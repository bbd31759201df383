"""Whether a session may be opened, on the user office's word or on that of staff. Slow.

While the office is away, a proposal that it has told of lately may be opened for a visit of its
schedule, marked ``cached``. Anything else needs staff and a reason, marked ``override``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from pathfixer.admission.admitting import (
    admit,
    is_member,
    nothing_kept,
    pick_scheduled,
    pick_visit,
    unscheduled,
    visits_of,
)
from pathfixer.admission.group_notes import nothing_about
from pathfixer.admission.permit import Permit
from pathfixer.admission.staff import Staff
from pathfixer.errors import NeedsOverrideError, RefusedError
from pathfixer.open_request import OpenRequest
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.path_rules import Category, PathRules
from sdm.user_office.protocol import Proposal
from sdm.user_office.remembering import RememberingOffice, Told
from sdm.visits import Kept, Visit

GENERATIONS = 8
"""A parent's parent counts too, so far."""


UNKNOWN = "unknown"
"""Status of a proposal that nobody can say anything about."""


class Judge:
    """Judges requests for one beamline.

    Parameters
    ----------
    office, staff
        Whom to ask.
    beamline, rules
        Where, and how visits are named and categories follow from types.
    clock
        Returns the time, aware.
    about_groups
        Says what is wrong with the group of a proposal, given with its known ancestors. Slow.
    kept
        Returns the visits of a proposal whose folders exist; they keep their names.
    """

    def __init__(
        self,
        office: RememberingOffice,
        staff: Staff,
        beamline: str,
        rules: PathRules,
        clock: Callable[[], datetime],
        about_groups: Callable[[Sequence[Proposal]], list[str]] = nothing_about,
        kept: Callable[[str], Sequence[Kept]] = nothing_kept,
    ) -> None:
        self._kept = kept
        self._about_groups = about_groups
        self._office = office
        self._staff = staff
        self._beamline = beamline
        self._rules = rules
        self._clock = clock

    def permit(self, request: OpenRequest) -> Permit:
        """Return what may be opened.

        Raises
        ------
        RefusedError
            This user may not measure for this proposal here and now; the text says who can change it.
        UnknownProposalError
            The office says that there is no such proposal.
        """
        is_staff = self._staff.has(request.username)
        try:
            family = self._ask(request, is_staff)
        except OfficeUnavailableError as error:
            return self._by_override(request, is_staff, str(error))
        proposal, ancestors = family[0].proposal, [told.proposal for told in family[1:]]
        warnings = admit(proposal, ancestors, request.username, self._beamline, is_staff)
        warnings += self._about_groups([proposal, *ancestors])
        cached = [told for told in family if told.origin == "cached"]
        if cached:
            return self._from_memory(request, is_staff, proposal, cached, warnings)
        visit = pick_visit(
            request.visit or None, self._visits(proposal), is_staff, self._rules, self._clock()
        )
        return Permit(proposal, self._category(proposal), visit, warnings=warnings)

    def _ask(self, request: OpenRequest, is_staff: bool) -> list[Told]:
        """Return the proposal and, as far as they decide, its ancestors."""
        family = [self._office.proposal(request.proposal)]
        known = {request.proposal}
        while not is_staff and not is_member(family[-1].proposal, (), request.username):
            parent = family[-1].proposal.parent
            if parent is None or parent in known or len(family) > GENERATIONS:
                break
            known.add(parent)
            try:
                family.append(self._office.proposal(parent))
            except UnknownProposalError:
                break
        return family

    def _from_memory(
        self,
        request: OpenRequest,
        is_staff: bool,
        proposal: Proposal,
        cached: list[Told],
        warnings: list[str],
    ) -> Permit:
        visits, as_of = self._visits(proposal), min(told.told_at for told in cached)
        away = (
            f"the user office is away ({cached[0].trouble}); what is known is from {as_of:%Y-%m-%d %H:%M} UTC"
        )
        reason = None
        try:
            visit = pick_scheduled(request.visit or None, visits, self._clock())
        except RefusedError as error:
            reason = _required_reason(request, is_staff, f"{away}: {error}")
            visit = self._unscheduled(request, visits)
        return Permit(
            proposal,
            self._category(proposal),
            visit,
            "override" if reason else "cached",
            as_of,
            reason,
            [*warnings, away],
        )

    def _by_override(self, request: OpenRequest, is_staff: bool, trouble: str) -> Permit:
        away = f"the user office is away ({trouble}) and has not told of proposal {request.proposal} lately"
        reason = _required_reason(request, is_staff, away)
        visit = self._unscheduled(request, self._kept_visits(request.proposal))
        unknown = Proposal(number=request.proposal, status=UNKNOWN)
        return Permit(unknown, None, visit, "override", None, reason, [away])

    def _visits(self, proposal: Proposal) -> list[Visit]:
        return visits_of(proposal, self._beamline, self._rules, self._kept(proposal.number))

    def _kept_visits(self, proposal: str) -> list[Visit]:
        return [one.visit for one in self._kept(proposal)]

    def _unscheduled(self, request: OpenRequest, visits: Sequence[Visit]) -> Visit:
        return unscheduled(request.visit or None, visits, self._rules, self._clock())

    def _category(self, proposal: Proposal) -> Category:
        return self._rules.category_of(proposal.type)


def _required_reason(request: OpenRequest, is_staff: bool, refusal: str) -> str:
    """Return why staff open it all the same; raises NeedsOverrideError, or RefusedError without staff."""
    if not is_staff:
        raise RefusedError(f"{refusal}: only staff may open it, with an override_reason")
    if not request.override_reason:
        raise NeedsOverrideError(f"{refusal}: {request.username} may open it with an override_reason")
    return request.override_reason
