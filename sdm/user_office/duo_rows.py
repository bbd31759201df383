"""Reading DUO's rows. Pure.

The shape is that of the digital user office as its public clients at PSI show it: flat rows, one per
proposal and beamline, dates in local time. Fields that we do not know are left alone, null is as good
as absent, and a block of the schedule that makes no sense is left out, with a line in the log.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from sdm.errors import OfficeUnavailableError
from sdm.user_office.protocol import ACCEPTED, FINISHED, Block, Person, Proposal, Status, others

KNOWN_STATUS: TypeAdapter[str] = TypeAdapter(Status)
WITH_TIME, DAY = "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"

log = logging.getLogger(__name__)


class Part(BaseModel):
    """Base of what DUO answers."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


PartT = TypeVar("PartT", bound=Part)


class Account(Part):
    """An account of the facility's directory."""

    username: str | None = None


class Somebody(Part):
    """A person, in lists of people and as the owner of a group."""

    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    account: str | None = None
    adaccount: Account | None = None

    def person(self) -> Person:
        """Return the person as everybody here knows one."""
        account = self.account or (self.adaccount.username if self.adaccount else None)
        return Person(
            first_name=(self.firstname or "").strip(),
            last_name=(self.lastname or "").strip(),
            email=(self.email or "").strip() or None,
            account=account,
        )


class Span(Part):
    """A block of the schedule, as text."""

    start: str | None = None
    end: str | None = None


class Row(Somebody):
    """A proposal at one beamline; the bare names are those of the proposer."""

    proposal: str = Field(min_length=1)
    title: str | None = Field(default=None, repr=False)
    abstract: str | None = Field(default=None, repr=False)
    beamline: str | None = None
    type: str | None = None
    proposal_status: str | None = None
    pi_firstname: str | None = None
    pi_lastname: str | None = None
    pi_email: str | None = None
    pi_account: str | None = None
    pgroup: str | None = None
    mainproposal: str | None = None
    schedule: tuple[Span, ...] = ()

    @field_validator("schedule", mode="before")
    @classmethod
    def _none_is_no_schedule(cls, value: object) -> object:
        return value or ()

    def status(self) -> str:
        """Return the status; the calendar lists only what has been approved, without saying so."""
        return KNOWN_STATUS.validate_python(self.proposal_status or ACCEPTED)

    def pi(self) -> Person:
        """Return the principal investigator; the proposer when DUO names none."""
        named = Somebody(
            firstname=self.pi_firstname,
            lastname=self.pi_lastname,
            email=self.pi_email,
            account=self.pi_account,
        ).person()
        return named if named != Person() else self.person()


class Group(Part):
    """The group of people that a proposal has, its *pgroup*."""

    owner: Somebody | None = None
    members: tuple[Somebody, ...] = ()

    @field_validator("members", mode="before")
    @classmethod
    def _none_is_nobody(cls, value: object) -> object:
        return value or ()

    def people(self) -> list[Person]:
        """Return the owner and the members."""
        return [somebody.person() for somebody in (self.owner, *self.members) if somebody]


def read_rows(answer: Any, *, skip_bad: bool = False) -> list[Row]:
    """Read one row, a list of them, or nothing; rows without a number are groups without a proposal.

    Parameters
    ----------
    answer
        JSON.
    skip_bad
        A row that cannot be read is left out, with a line in the log: one must not cost all others.

    Raises
    ------
    OfficeUnavailableError
        The answer is of another shape; the text names the field and nothing of its value.
    """
    rows = [answer] if isinstance(answer, Mapping) and answer else answer or []
    if not isinstance(rows, list):
        raise OfficeUnavailableError("DUO answers something else than a list of proposals")
    numbered = [row for row in rows if not isinstance(row, Mapping) or row.get("proposal")]
    return list(_readable(numbered)) if skip_bad else [_model(Row, row) for row in numbered]


def _readable(rows: list[Any]) -> Iterator[Row]:
    for row in rows:
        try:
            yield _model(Row, row)
        except OfficeUnavailableError as error:
            number = row.get("proposal") if isinstance(row, Mapping) else None
            log.warning("proposal %s is left out: %s", number, error)


def read_group(answer: Any) -> Group:
    """Read the people of a group; raises OfficeUnavailableError like ``read_rows``."""
    group = answer.get("group") if isinstance(answer, Mapping) else None
    if not group:
        raise OfficeUnavailableError("DUO answers something else than a group")
    return _model(Group, group)


def merge_rows(
    rows: Iterable[Row], people: Iterable[Person], names: Mapping[str, str], zone: ZoneInfo
) -> Proposal:
    """Return the proposal that rows of one number tell of.

    Parameters
    ----------
    rows
        At least one. Beside accepted or finished ones, those of beamlines where the proposal is not
        count for nothing; the first of the others counts where they differ.
    people
        Those of the proposal's group.
    names
        DUO's name of a beamline, in lower case, to ours.
    zone
        Where DUO's clocks stand.
    """
    rows = list(rows)
    rows = [row for row in rows if row.status() in (ACCEPTED, FINISHED)] or rows
    first = rows[0]
    pi = first.pi()
    return Proposal(
        number=first.proposal,
        title=(first.title or "").strip(),
        abstract=(first.abstract or "").strip(),
        type=(first.type or "").strip(),
        status=first.status(),
        pi=pi,
        members=others(pi, [first.person(), *people]),
        beamlines=tuple(dict.fromkeys(_beamline(row, names) for row in rows if row.beamline)),
        schedule=tuple(dict.fromkeys(block for row in rows for block in _blocks(row, names, zone))),
        parent=_parent(first),
    )


def local_time(text: str, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """Read DUO's date, with a time or without; of an end without one the whole day counts.

    An hour that the clocks show twice is the first one for a start, the second one for an end.

    Raises
    ------
    ValueError
        It is neither form.
    """
    try:
        naive = datetime.strptime(text.strip(), WITH_TIME)  # noqa: DTZ007 - the zone comes below
    except ValueError:
        naive = datetime.strptime(text.strip(), DAY) + timedelta(days=is_end)  # noqa: DTZ007
    return naive.replace(tzinfo=zone, fold=int(is_end)).astimezone(timezone.utc)


def _blocks(row: Row, names: Mapping[str, str], zone: ZoneInfo) -> Iterable[Block]:
    for span in row.schedule if row.beamline else ():
        try:
            start = local_time(span.start or "", zone, is_end=False)
            end = local_time(span.end or "", zone, is_end=True)
            yield Block(beamline=_beamline(row, names), start=start, end=end)
        except ValueError as error:
            log.warning("proposal %s: a block of beam time is left out: %s", row.proposal, _first_line(error))


def _first_line(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors(include_input=False)[0]["msg"])
    return str(error)


def _beamline(row: Row, names: Mapping[str, str]) -> str:
    theirs = (row.beamline or "").strip().casefold()
    return names.get(theirs, theirs)


def _parent(row: Row) -> str | None:
    main = (row.mainproposal or "").strip()
    return main if main and main != row.proposal else None


def _model(kind: type[PartT], found: Any) -> PartT:
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise OfficeUnavailableError(f"DUO's answer cannot be read: {place}: {first['type']}") from None
