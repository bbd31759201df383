"""Whether a session may be opened, on the user office's word or on that of staff. Slow.

While the office is away, a proposal that it has told of lately may be opened for a visit of its
schedule, marked ``cached``. Anything else needs staff and a reason, marked ``override``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from pathfixer.admission.admitting import (
    admit,
    is_member,
    named_by_staff,
    pick_scheduled,
    pick_visit,
)
from pathfixer.admission.group_notes import nothing_about
from pathfixer.admission.permit import AWAY, Permit
from pathfixer.admission.staff import Staff
from pathfixer.admission.visits_here import VisitsHere
from pathfixer.errors import NeedsOverrideError, RefusedError
from pathfixer.open_request import OpenRequest
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.path_rules import Category
from sdm.user_office.protocol import GENERATIONS, Proposal
from sdm.user_office.remembering import RememberingOffice, Told
from sdm.visits import Visit

UNKNOWN = "unknown"
"""Status of a proposal that nobody can say anything about."""


class Judge:
    """Judges requests for one beamline.

    Parameters
    ----------
    office, staff
        Whom to ask.
    visits
        Of proposals, here.
    clock
        Returns the time, aware.
    about_groups
        Says what is wrong with the group of a proposal, given with its known ancestors. Slow.
    """

    def __init__(
        self,
        office: RememberingOffice,
        staff: Staff,
        visits: VisitsHere,
        clock: Callable[[], datetime],
        about_groups: Callable[[Sequence[Proposal]], list[str]] = nothing_about,
    ) -> None:
        self._office, self._staff, self._visits = office, staff, visits
        self._clock, self._about_groups = clock, about_groups

    def permit(self, request: OpenRequest, on_answer: Callable[[], None] = lambda: None) -> Permit:
        """Return what may be opened.

        ``on_answer`` is called when the office has answered, or is away, and before the storage is
        asked which visits there are: it may be the storage that hangs.

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
            on_answer()
            return self._by_override(request, is_staff, str(error))
        on_answer()
        warnings = self._admit(family, request.username, is_staff)
        cached = [told for told in family if told.origin == "cached"]
        if cached:
            return self._from_memory(request, is_staff, family[0].proposal, cached, warnings)
        proposal = family[0].proposal
        visit = pick_visit(
            request.visit or None, self._visits.of(proposal), is_staff, self._visits.rules, self._clock()
        )
        return Permit(proposal, self._category(proposal), visit, warnings=warnings)

    def confirm(self, request: OpenRequest) -> Permit | None:
        """Return what the office says to a visit that was opened while it was away; none while it still is.

        A visit of the schedule counts, not one that merely has a folder: it was opened as scheduled.

        Raises
        ------
        RefusedError, UnknownProposalError
            The office has answered, and would not have let this user open it.
        """
        is_staff = self._staff.has(request.username)
        try:
            family = self._ask(request, is_staff)
        except OfficeUnavailableError:
            return None
        if any(told.origin == "cached" for told in family):
            return None
        warnings, proposal = self._admit(family, request.username, is_staff), family[0].proposal
        visits = self._visits.of(proposal)
        visit = self._unscheduled(request, visits) if is_staff else self._scheduled(request, visits)
        return Permit(proposal, self._category(proposal), visit, warnings=warnings)

    def _admit(self, family: Sequence[Told], username: str, is_staff: bool) -> list[str]:
        proposal, ancestors = family[0].proposal, [told.proposal for told in family[1:]]
        warnings = admit(proposal, ancestors, username, self._visits.beamline, is_staff)
        return warnings + self._about_groups([proposal, *ancestors])

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
        visits, as_of = self._visits.of(proposal), min(told.told_at for told in cached)
        away = f"{AWAY} ({cached[0].trouble}); what is known is from {as_of:%Y-%m-%d %H:%M} UTC"
        reason = None
        try:
            visit = self._scheduled(request, visits)
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
        away = f"{AWAY} ({trouble}) and has not told of proposal {request.proposal} lately"
        reason = _required_reason(request, is_staff, away)
        visit = self._unscheduled(request, self._visits.with_folders(request.proposal))
        unknown = Proposal(number=request.proposal, status=UNKNOWN)
        return Permit(unknown, None, visit, "override", None, reason, [away])

    def _scheduled(self, request: OpenRequest, visits: Sequence[Visit]) -> Visit:
        scheduled = [visit for visit in visits if visit.scheduled]
        return pick_scheduled(request.visit or None, scheduled, self._clock())

    def _unscheduled(self, request: OpenRequest, visits: Sequence[Visit]) -> Visit:
        return named_by_staff(request.visit or None, visits, self._visits.rules, self._clock())

    def _category(self, proposal: Proposal) -> Category:
        return self._visits.rules.category_of(proposal.type)


def _required_reason(request: OpenRequest, is_staff: bool, refusal: str) -> str:
    """Return why staff open it all the same; raises NeedsOverrideError, or RefusedError without staff."""
    if not is_staff:
        raise RefusedError(f"{refusal}: only staff may open it, with an override_reason")
    if not request.override_reason:
        raise NeedsOverrideError(f"{refusal}: {request.username} may open it with an override_reason")
    return request.override_reason
