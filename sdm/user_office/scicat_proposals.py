"""Reading SciCat's proposals. Pure.

SciCat has no words for accounts and statuses. A site that fills its proposals from its user office
puts them into ``metadata``: ``status``, ``account``, ``pi_account`` and ``members`` (a list of
``firstname``, ``lastname``, ``email``, ``account``), each bare or as ``{"value": …}``.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from sdm.errors import OfficeUnavailableError
from sdm.user_office.protocol import ACCEPTED, Block, Person, Proposal, others


class Part(BaseModel):
    """Base of what SciCat answers; it knows more than we need."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Member(Part):
    """One of ``metadata.members``, or somebody of the proposal itself."""

    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    account: str | None = None

    def person(self) -> Person:
        """Return the person as everybody here knows one."""
        return Person(
            first_name=self.firstname or "",
            last_name=self.lastname or "",
            email=self.email or None,
            account=self.account,
        )


class Period(Part):
    """A block of beam time; an end before its start is no block."""

    instrument: str
    start: AwareDatetime
    end: AwareDatetime


class Metadata(Part):
    """What a site adds."""

    status: str | None = None
    account: str | None = None
    pi_account: str | None = None
    members: tuple[Member, ...] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value["value"] if isinstance(value, Mapping) and "value" in value else value


class ScicatProposal(Part):
    """A proposal as ``GET /proposals/{id}`` answers it."""

    proposal_id: str = Field(alias="proposalId", min_length=1)
    title: str | None = Field(default=None, repr=False)
    abstract: str | None = Field(default=None, repr=False)
    type: str | None = None
    pi_firstname: str | None = None
    pi_lastname: str | None = None
    pi_email: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    instrument_ids: tuple[str, ...] | None = Field(default=None, alias="instrumentIds")
    periods: tuple[Period, ...] | None = Field(default=None, alias="MeasurementPeriodList")
    parent_id: str | None = Field(default=None, alias="parentProposalId")
    metadata: Metadata | None = None

    def proposer(self, extra: Metadata) -> Person:
        """Return who has written it."""
        return Member(
            firstname=self.firstname, lastname=self.lastname, email=self.email, account=extra.account
        ).person()

    def pi(self, extra: Metadata) -> Person:
        """Return the principal investigator; the proposer when none is named."""
        named = Member(
            firstname=self.pi_firstname,
            lastname=self.pi_lastname,
            email=self.pi_email,
            account=extra.pi_account,
        ).person()
        return named if named != Person() else self.proposer(extra)

    def blocks(self, names: Mapping[str, str]) -> tuple[Block, ...]:
        """Return the periods that make sense."""
        return tuple(
            Block(beamline=_beamline(period.instrument, names), start=period.start, end=period.end)
            for period in self.periods or ()
            if period.end > period.start
        )


def read_proposal(answer: Any, id_prefix: str, names: Mapping[str, str]) -> Proposal:
    """Return the proposal that SciCat tells of.

    Parameters
    ----------
    answer
        JSON.
    id_prefix
        What stands before the number in an id.
    names
        Instruments in lower case, by id or name, to beamlines; another one's beamline is the last
        part of its name in lower case, ``/MAXIV/BioMAX`` is ``biomax``.

    Raises
    ------
    OfficeUnavailableError
        The answer is of another shape; the text names the field and nothing of its value.
    """
    told = _parsed(answer)
    extra = told.metadata or Metadata()
    pi, proposer = told.pi(extra), told.proposer(extra)
    blocks = told.blocks(names)
    instruments = [_beamline(name, names) for name in told.instrument_ids or ()]
    return Proposal(
        number=told.proposal_id.removeprefix(id_prefix) or told.proposal_id,
        title=told.title or "",
        abstract=told.abstract or "",
        type=told.type or "",
        status=extra.status or ACCEPTED,
        pi=pi,
        members=others(pi, [proposer, *(member.person() for member in extra.members or ())]),
        beamlines=tuple(dict.fromkeys([*instruments, *(block.beamline for block in blocks)])),
        schedule=blocks,
        parent=told.parent_id.removeprefix(id_prefix) if told.parent_id else None,
    )


def _parsed(answer: Any) -> ScicatProposal:
    try:
        return ScicatProposal.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise OfficeUnavailableError(f"SciCat's answer cannot be read: {place}: {first['type']}") from None


def _beamline(instrument: str, names: Mapping[str, str]) -> str:
    theirs = instrument.strip().casefold()
    return names.get(theirs, theirs.rstrip("/").rsplit("/", 1)[-1])
