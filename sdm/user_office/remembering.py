"""A user office with a memory: asks the office, and tells from the copy on disk while it is away."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.discretion import as_may_be_told
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import Proposal, UserOffice


@dataclass(frozen=True)
class Told:
    """A proposal, without what may not be told, and where it is known from.

    Attributes
    ----------
    origin
        ``live``: the office has just said so; ``cached``: it is away, this is what it said last.
    told_at
        When the office said it.
    trouble
        Why the office is away, for people.
    """

    proposal: Proposal
    origin: Literal["live", "cached"]
    told_at: datetime
    trouble: str | None = None


@dataclass(frozen=True)
class ToldList:
    """The proposals of a beamline in the same manner; of an office that never answered there are none."""

    proposals: tuple[Proposal, ...] = ()
    told_at: datetime | None = None
    trouble: str | None = None


class RememberingOffice:
    """Asks an office and keeps its answers; title and abstract of closed types come no further.

    Parameters
    ----------
    office
        May take as long as it likes.
    cache
        The copy on disk.
    closed_types
        The office's words for proposals whose titles nobody may read.
    clock
        Returns the time, aware.
    """

    def __init__(
        self,
        office: UserOffice,
        cache: DiskCache,
        closed_types: Collection[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._office = office
        self._cache = cache
        self._closed_types = tuple(closed_types)
        self._clock = clock

    def proposal(self, number: str) -> Told:
        """Ask for a proposal.

        Raises
        ------
        UnknownProposalError
            The office answers that there is none.
        OfficeUnavailableError
            It is away, and has not told of this proposal lately.
        """
        try:
            proposal = self._office.proposal(number)
        except UnknownProposalError:
            self._cache.forget(number)
            raise
        except OfficeUnavailableError as error:
            return self._remembered(number, error)
        self._cache.remember([proposal])
        return Told(self._discreet(proposal), "live", self._clock())

    def proposals(self, beamline: str) -> ToldList:
        """Ask for the proposals of a beamline; while the office is away, tell what it listed last."""
        try:
            proposals = self._office.proposals(beamline)
        except OfficeUnavailableError as error:
            listed = self.listed(beamline)
            return ToldList(listed.proposals, listed.told_at, str(error))
        self._cache.remember(proposals, beamline)
        return ToldList(tuple(self._discreet(proposal) for proposal in proposals), self._clock())

    def listed(self, beamline: str) -> ToldList:
        """Return what the office listed last for a beamline, without asking it."""
        listed = self._cache.listed(beamline)
        return ToldList(tuple(listed.proposals), listed.told_at) if listed else ToldList()

    def remembered(self, number: str) -> Proposal | None:
        """Return what the office told last of a proposal, without asking it."""
        known = self._cache.find(number)
        return known.proposal if known else None

    def _remembered(self, number: str, error: OfficeUnavailableError) -> Told:
        known = self._cache.find(number)
        if known is None:
            raise error.with_traceback(None)
        return Told(known.proposal, "cached", known.told_at, str(error))

    def _discreet(self, proposal: Proposal) -> Proposal:
        return as_may_be_told(proposal, self._closed_types)
