"""What the user office said last, so that nobody waits for it who only wants to choose."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from pathfixer.admission.admitting import is_member
from pathfixer.admission.staff import Staff
from pathfixer.admission.visits_here import VisitsHere
from pathfixer.following.follower import Run
from sdm.errors import UserOfficeError
from sdm.user_office.protocol import ACCEPTED, FINISHED, Proposal
from sdm.user_office.remembering import RememberingOffice, ToldList
from sdm.visits import Visit

log = logging.getLogger(__name__)

REFRESH_S = 1800.0
AWAY_S = 60.0
"""An office that was away is asked again after this: nobody is to be told for long that it still is."""
UNSCHEDULED = "not in the schedule"


class OfficeMemory:
    """The proposals of one beamline, refreshed in the background, told from memory.

    Parameters
    ----------
    office, staff, visits
        Whom to ask, who may choose any proposal, and what the visits of proposals are here.
    run
        Runs a function on a daemon thread.
    on_change
        Called, on that thread, after each refresh.
    interval_s, away_s
        Between two refreshes that nobody has asked for; the second while the office is away.
    """

    def __init__(
        self,
        office: RememberingOffice,
        staff: Staff,
        visits: VisitsHere,
        run: Run,
        on_change: Callable[[], None],
        interval_s: float = REFRESH_S,
        away_s: float = AWAY_S,
    ) -> None:
        self._office, self._staff, self._visits = office, staff, visits
        self._run, self._on_change = run, on_change
        self._interval_s, self._away_s = interval_s, away_s
        self._asking = threading.Lock()
        self._stopped = threading.Event()
        self._told = office.listed(visits.beamline)
        self._ancestors: dict[str, Proposal] = {}
        self.problem: str | None = None

    @property
    def as_of(self) -> datetime | None:
        """When the office answered last, perhaps to an earlier process; none when it never did."""
        return self._told.told_at

    def start(self) -> None:
        """Ask now, and then again and again, so that what is kept is fresh when the office goes away."""
        self._run(self._refresh_for_ever)

    def stop(self) -> None:
        """Ask no more; waits for nobody."""
        self._stopped.set()

    def refresh(self) -> None:
        """Ask again in the background, unless that is being done."""
        if self._asking.acquire(blocking=False):
            self._run(self._ask)

    def is_staff(self, username: str) -> bool:
        """Tell, from memory, whether a user may choose any proposal."""
        return self._staff.known(username)

    def proposals(self, username: str, is_staff: bool) -> list[str]:
        """Return ``<number>  <title>`` of a user's accepted proposals; no proprietary title.

        Staff are told all that may be opened, finished ones too.
        """
        return [
            f"{proposal.number}  {proposal.title}".rstrip()
            for proposal in self._told.proposals
            if self._is_offered(proposal, username, is_staff)
        ]

    def visits(self, number: str) -> list[str]:
        """Return ``<visit>  <begin> - <end>`` in local time for each visit of a proposal.

        A visit that is known from its folder only has no times but a word that says so.
        """
        return [f"{visit.name}  {self._span(visit)}" for visit in self._visits_of(number)]

    def visit_named(self, number: str, name: str) -> Visit | None:
        """Return a scheduled visit of a proposal, as the office had it last; none when it knows none."""
        scheduled = (visit for visit in self._visits_of(number) if visit.scheduled)
        return next((visit for visit in scheduled if visit.name == name), None)

    def _visits_of(self, number: str) -> list[Visit]:
        known = self._find(number)
        return self._visits.of(known) if known else []

    def _is_offered(self, proposal: Proposal, username: str, is_staff: bool) -> bool:
        if is_staff:
            return proposal.status in (ACCEPTED, FINISHED)
        return proposal.status == ACCEPTED and self._is_member(proposal, username)

    def _span(self, visit: Visit) -> str:
        if visit.ends_at is None:
            return UNSCHEDULED
        ends = (visit.starts_at, visit.ends_at)
        return " - ".join(f"{end.astimezone(self._visits.rules.zone_info):%Y-%m-%d %H:%M}" for end in ends)

    def _refresh_for_ever(self) -> None:
        while not self._stopped.is_set():
            try:
                if self._asking.acquire(blocking=False):
                    self._ask()
            except Exception:  # edge of the thread: it must ask again
                log.exception("the user office cannot be asked")
            self._stopped.wait(self._away_s if self.problem else self._interval_s)

    def _ask(self) -> None:
        try:
            told = self._office.proposals(self._visits.beamline)
            self._ancestors = self._missing_parents(told)
            self._told = told
            self.problem = f"user office: {told.trouble}" if told.trouble else None
        except UserOfficeError as error:
            self.problem = f"user office: {error}"
        finally:
            self._asking.release()
        self._on_change()

    def _missing_parents(self, told: ToldList) -> dict[str, Proposal]:
        """Return the ancestors that are proposals of other beamlines, as far as the office knows them."""
        found = {proposal.number: proposal for proposal in told.proposals}
        listed = set(found)
        wanted = [proposal.parent for proposal in told.proposals if proposal.parent]
        while wanted:
            number = wanted.pop()
            proposal = None if number in found else self._parent(number, ask=told.trouble is None)
            if proposal is not None:
                found[number] = proposal
                wanted += [proposal.parent] if proposal.parent else []
        return {number: proposal for number, proposal in found.items() if number not in listed}

    def _parent(self, number: str, *, ask: bool) -> Proposal | None:
        try:
            return self._office.proposal(number).proposal if ask else self._office.remembered(number)
        except UserOfficeError:
            return None

    def _find(self, number: str) -> Proposal | None:
        listed = (proposal for proposal in self._told.proposals if proposal.number == number)
        return next(listed, None) or self._ancestors.get(number)

    def _is_member(self, proposal: Proposal, username: str) -> bool:
        return is_member(proposal, self._ancestors_of(proposal), username)

    def _ancestors_of(self, proposal: Proposal) -> Iterator[Proposal]:
        seen = {proposal.number}
        while proposal.parent and proposal.parent not in seen:
            seen.add(proposal.parent)
            parent = self._find(proposal.parent)
            if parent is None:
                return
            yield parent
            proposal = parent
