"""What a user office tells: proposals, people and blocks of beam time."""

from collections.abc import Iterable
from typing import Annotated, Protocol

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ACCEPTED = "Accepted"
FINISHED = "Finished"
STATUSES = (ACCEPTED, FINISHED, "Refused", "In Review", "Editing")

GENERATIONS = 8
"""A parent's parent counts too, so far; longer chains are a mistake of the office."""


def _known_spelling(status: object) -> object:
    spellings = {known.casefold(): known for known in STATUSES}
    return spellings.get(status.strip().casefold(), status) if isinstance(status, str) else status


def _as_it_logs_in(account: object) -> object:
    return (account.strip().lower() or None) if isinstance(account, str) else account


Status = Annotated[str, BeforeValidator(_known_spelling)]
"""One of STATUSES, or a word of the office's own, which admits nobody."""

Account = Annotated[str, BeforeValidator(_as_it_logs_in)]
"""Lower case: directories do not tell cases apart, Linux does."""


class Record(BaseModel):
    """Base of what an office tells; a misspelt field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(Record):
    """Somebody of a proposal."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    account: Account | None = Field(default=None, description="log-in name; null: has none yet")

    @property
    def name(self) -> str:
        """First and last name, else the account."""
        return f"{self.first_name} {self.last_name}".strip() or self.account or ""


class Block(Record):
    """A span of scheduled beam time at one beamline; both ends aware."""

    beamline: str
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Block":
        if self.end <= self.start:
            raise ValueError(f"the block ends at {self.end} but starts at {self.start}")
        return self


class Proposal(Record):
    """A proposal as the user office has it; its repr tells neither title nor abstract."""

    number: str = Field(min_length=1)
    title: str = Field(default="", repr=False)
    abstract: str = Field(default="", repr=False)
    type: str = Field(default="", description="the office's own word; decides the category")
    status: Status = Field(default=ACCEPTED, description="Accepted, Finished, Refused, In Review, Editing")
    pi: Person = Person()
    members: tuple[Person, ...] = Field(default=(), description="without the PI")
    beamlines: tuple[str, ...] = ()
    schedule: tuple[Block, ...] = ()
    parent: str | None = Field(default=None, description="number of the parent proposal")

    @property
    def people(self) -> tuple[Person, ...]:
        """The PI, then the members."""
        return (self.pi, *self.members)

    def has(self, account: str) -> bool:
        """Tell whether somebody of the proposal logs in with this name."""
        return any(person.account == account for person in self.people)

    def blocks_at(self, beamline: str) -> list[Block]:
        """Return the blocks at a beamline, in the office's order."""
        return [block for block in self.schedule if block.beamline == beamline]

    def is_for(self, beamline: str) -> bool:
        """Tell whether the proposal, or a block of its schedule, names a beamline."""
        return beamline in self.beamlines or bool(self.blocks_at(beamline))


def others(pi: Person, people: Iterable[Person]) -> tuple[Person, ...]:
    """Return everybody beside the PI once: by account, or by name and address for who has none."""
    known = {_key(pi)}
    found = []
    for person in people:
        if person != Person() and _key(person) not in known:
            known.add(_key(person))
            found.append(person)
    return tuple(found)


def _key(person: Person) -> tuple[str, ...]:
    return (person.account,) if person.account else (person.name, person.email or "")


class UserOffice(Protocol):
    """A user office; every method may take as long as the network does, from any thread.

    All of them raise OfficeUnavailableError when there is no usable answer.
    """

    def proposal(self, number: str) -> Proposal:
        """Return one proposal; raises UnknownProposalError when the office does not know it."""
        ...

    def proposals(self, beamline: str) -> list[Proposal]:
        """Return all proposals of a beamline, whatever their status, newest number first."""
        ...


def newest_first(proposals: list[Proposal]) -> list[Proposal]:
    """Return proposals by number, the greatest first."""
    return sorted(proposals, key=lambda proposal: proposal.number, reverse=True)
