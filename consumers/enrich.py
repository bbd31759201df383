"""What the user office knows about a capture's proposal, as far as it may be told."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from consumers.configuration import Office
from scifish.messages import CaptureMessage
from sdm.errors import OfficeUnavailableError, UnknownProposalError, UserOfficeError
from sdm.user_office.discretion import as_may_be_told, is_closed
from sdm.user_office.protocol import Proposal, UserOffice

OPEN_CATEGORIES = ("visitors", "staff")
FAILURE_S = 30.0
"""How long a failure is remembered: a user office that hangs must not hold up a catalogue."""
HUNG_S = 1.0
"""A failure that took longer than this is the office's and not the proposal's: nothing else is asked."""
EVERY = ""
"""Stands for all proposals."""


@dataclass(frozen=True)
class Enrichment:
    """The answer for one capture: a record, or the reason why there is none."""

    record: dict[str, Any] | None = None
    """``proposal``, ``pi`` {name, email}, and ``title`` and ``abstract`` where they may be told."""
    lacking: str | None = None
    """For people; none when there is nothing to wait for."""


class Enricher:
    """Asks a user office, and remembers its answers for a while.

    An answer that is too old is still used while the office is away: who a proposal belongs to
    changes less often than a network. A failure is remembered too, for 30 s.
    """

    def __init__(
        self, office: UserOffice, settings: Office, clock_s: Callable[[], float] = monotonic
    ) -> None:
        self._office = office
        self._settings = settings
        self._clock_s = clock_s
        self._known: dict[str, tuple[float, Proposal]] = {}
        self._failed: dict[str, tuple[float, UserOfficeError]] = {}

    def enrich(self, message: CaptureMessage) -> Enrichment:
        """Return what may be stored beside a capture; an unassigned one waits for no office."""
        if message.proposal is None:
            return Enrichment()
        try:
            proposal = self._proposal(message.proposal)
        except UnknownProposalError:
            return Enrichment(lacking=f"the user office does not know proposal {message.proposal!r}")
        except OfficeUnavailableError as error:
            return Enrichment(lacking=f"the user office gives no answer: {error}")
        return Enrichment(record=self._record(message, proposal))

    def forget_unknown(self) -> None:
        """Ask again for proposals that were unknown a moment ago: what has waited is tried anew."""
        unknown = [n for n, (_, error) in self._failed.items() if isinstance(error, UnknownProposalError)]
        for number in unknown:
            del self._failed[number]

    def _proposal(self, number: str) -> Proposal:
        asked_s, proposal = self._known.get(number, (float("-inf"), None))
        if proposal is not None and self._clock_s() - asked_s < self._settings.cache_s:
            return proposal
        try:
            return self._ask(number)
        except OfficeUnavailableError:
            if proposal is None:
                raise
            return proposal

    def _ask(self, number: str) -> Proposal:
        begun_s = self._clock_s()
        for failed_s, error in [self._failed[n] for n in (number, EVERY) if n in self._failed]:
            if begun_s - failed_s < FAILURE_S:
                raise error.with_traceback(None)
        try:
            proposal = self._office.proposal(number)
        except (UnknownProposalError, OfficeUnavailableError) as error:
            now_s = self._clock_s()
            hung = isinstance(error, OfficeUnavailableError) and now_s - begun_s > HUNG_S
            self._failed[EVERY if hung else number] = now_s, error
            raise
        told = as_may_be_told(proposal, self._settings.proprietary_types)
        self._known[number] = self._clock_s(), told
        return told

    def _record(self, message: CaptureMessage, proposal: Proposal) -> dict[str, Any]:
        """Return what may be stored; title and abstract only where nothing speaks against it."""
        record: dict[str, Any] = {
            "proposal": proposal.number,
            "pi": {"name": proposal.pi.name, "email": proposal.pi.email},
        }
        if message.category in OPEN_CATEGORIES and not self._is_closed(proposal):
            record |= {"title": proposal.title, "abstract": proposal.abstract}
        return record

    def _is_closed(self, proposal: Proposal) -> bool:
        return is_closed(proposal.type, self._settings.proprietary_types)


class NoOffice:
    """Stands for a user office where none is configured."""

    def enrich(self, message: CaptureMessage) -> Enrichment:
        """Return nothing, and nothing to wait for."""
        return Enrichment()

    def forget_unknown(self) -> None:
        """Do nothing."""
