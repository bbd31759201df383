"""What the user office said last, so that nobody waits for it who only wants to choose."""

import threading
from collections.abc import Callable
from datetime import datetime

from pathfixer.admission import visits_of
from pathfixer.follower import Run
from sdm.errors import UserOfficeError
from sdm.path_rules import PathRules
from sdm.user_office.protocol import ACCEPTED, Proposal, UserOffice
from sdm.visits import Kept, Visit


class OfficeMemory:
    """The proposals of one beamline, refreshed in the background, told from memory.

    Parameters
    ----------
    office, beamline, rules
        Whom to ask, for where, and how visits are named.
    run
        Runs a function on a daemon thread.
    on_change
        Called, on that thread, after each refresh.
    clock
        Returns the time, aware.
    kept
        Returns the visits of a proposal whose folders exist.
    """

    def __init__(
        self,
        office: UserOffice,
        beamline: str,
        rules: PathRules,
        run: Run,
        on_change: Callable[[], None],
        clock: Callable[[], datetime],
        kept: Callable[[str, datetime], list[Kept]],
    ) -> None:
        self._office = office
        self._beamline = beamline
        self._rules = rules
        self._run = run
        self._on_change = on_change
        self._clock = clock
        self._kept = kept
        self._asking = threading.Lock()
        self._known: tuple[Proposal, ...] = ()
        self._asked_at: datetime | None = None
        self.problem: str | None = None

    @property
    def as_of(self) -> datetime | None:
        """When the office answered last; none when it never did."""
        return self._asked_at

    def refresh(self) -> None:
        """Ask again in the background, unless that is being done."""
        if self._asking.acquire(blocking=False):
            self._run(self._ask)

    def proposals(self, username: str, is_staff: bool) -> list[str]:
        """Return ``<number>  <title>`` of a user's accepted proposals, of staff all; no proprietary title."""
        return [
            self._line(proposal)
            for proposal in self._known
            if proposal.status == ACCEPTED and (is_staff or self._is_member(proposal, username))
        ]

    def visits(self, number: str) -> list[str]:
        """Return ``<visit>  <begin> - <end>`` in local time for each scheduled visit of a proposal."""
        return [f"{visit.name}  {self._span(visit)}" for visit in self._visits_of(number)]

    def visit_named(self, number: str, name: str) -> Visit | None:
        """Return a scheduled visit of a proposal, as the office had it last; none when it knows none."""
        scheduled = (visit for visit in self._visits_of(number) if visit.scheduled)
        return next((visit for visit in scheduled if visit.name == name), None)

    def _visits_of(self, number: str) -> list[Visit]:
        known = self._find(number)
        kept = self._kept(number, self._clock())
        return visits_of(known, self._beamline, self._rules, kept) if known else []

    def _span(self, visit: Visit) -> str:
        ends = (visit.starts_at, visit.ends_at or visit.starts_at)
        return " - ".join(f"{end.astimezone(self._rules.zone_info):%Y-%m-%d %H:%M}" for end in ends)

    def _ask(self) -> None:
        try:
            self._known = tuple(self._office.proposals(self._beamline))
            self._asked_at, self.problem = self._clock(), None
        except UserOfficeError as error:
            self.problem = f"user office: {error}"
        finally:
            self._asking.release()
        self._on_change()

    def _find(self, number: str) -> Proposal | None:
        return next((proposal for proposal in self._known if proposal.number == number), None)

    def _is_member(self, proposal: Proposal, username: str) -> bool:
        parent = self._find(proposal.parent) if proposal.parent else None
        return proposal.has(username) or (parent is not None and parent.has(username))

    def _line(self, proposal: Proposal) -> str:
        if self._rules.category_of(proposal.type) == "proprietary":
            return proposal.number
        return f"{proposal.number}  {proposal.title}"
