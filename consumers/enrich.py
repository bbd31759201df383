"""What the user office knows about a capture's proposal, as far as it may be told."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from consumers.configuration import Office
from scifish.messages import CaptureMessage
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.protocol import Proposal, UserOffice

OPEN_CATEGORIES = ("visitors", "staff")


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
    changes less often than a network.
    """

    def __init__(
        self, office: UserOffice, settings: Office, clock_s: Callable[[], float] = monotonic
    ) -> None:
        self._office = office
        self._settings = settings
        self._clock_s = clock_s
        self._known: dict[str, tuple[float, Proposal]] = {}

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

    def _proposal(self, number: str) -> Proposal:
        now = self._clock_s()
        asked, proposal = self._known.get(number, (float("-inf"), None))
        if proposal is not None and now - asked < self._settings.cache_s:
            return proposal
        try:
            proposal = self._office.proposal(number)
        except OfficeUnavailableError:
            if proposal is None:
                raise
        else:
            self._known[number] = now, proposal
        return proposal

    def _record(self, message: CaptureMessage, proposal: Proposal) -> dict[str, Any]:
        record: dict[str, Any] = {
            "proposal": proposal.number,
            "pi": {"name": proposal.pi.name, "email": proposal.pi.email},
        }
        if is_open(message, proposal, self._settings.proprietary_types):
            record |= {"title": proposal.title, "abstract": proposal.abstract}
        return record


def is_open(message: CaptureMessage, proposal: Proposal, proprietary_types: tuple[str, ...]) -> bool:
    """Tell whether title and abstract may leave the user office; in doubt they may not."""
    closed = {word.casefold() for word in proprietary_types}
    return message.category in OPEN_CATEGORIES and proposal.type.casefold() not in closed


class NoOffice:
    """Stands for a user office where none is configured."""

    def enrich(self, message: CaptureMessage) -> Enrichment:
        """Return nothing, and nothing to wait for."""
        return Enrichment()
