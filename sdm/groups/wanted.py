"""Who should be in a proposal's group: the office's people and the configured fixed members. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sdm.errors import NameRefusedError
from sdm.groups.errors import GroupsError
from sdm.groups.group_name import name_group
from sdm.groups.settings import BeamlineSettings, GroupsSettings
from sdm.names import check_name
from sdm.path_rules import Category, PathRules
from sdm.user_office.protocol import ACCEPTED, FINISHED, Person, Proposal


@dataclass(frozen=True)
class Wanted:
    """What the user office and the settings want for one proposal.

    Attributes
    ----------
    office
        Log-in names of the office's people, the parent proposal's among them.
    without_account
        Names of people of the office who cannot log in yet.
    unusable
        Why some accounts cannot be given rights, in words.
    fixed_accounts, fixed_groups
        Members whatever the office says.
    """

    proposal: str
    category: Category
    group: str
    beamlines: tuple[str, ...]
    office: frozenset[str]
    without_account: tuple[str, ...]
    unusable: tuple[str, ...]
    fixed_accounts: frozenset[str]
    fixed_groups: frozenset[str]
    finished: bool = False

    @property
    def accounts(self) -> frozenset[str]:
        """All accounts that should be members."""
        return self.office | self.fixed_accounts


def wanted_for(
    proposal: Proposal, ancestors: Sequence[Proposal], settings: GroupsSettings, rules: PathRules
) -> Wanted:
    """Return what one proposal needs.

    Parameters
    ----------
    ancestors
        Its parent proposal, the parent's parent and so on: their members are members of it.

    Raises
    ------
    GroupsError
        The proposal is not accepted, or for no configured beamline.
    NameRefusedError
        The rules give its group a name that Linux would not take.
    """
    if proposal.status not in (ACCEPTED, FINISHED):
        raise GroupsError(
            f"proposal {proposal.number} is {proposal.status!r}, not accepted: ask the user office"
        )
    beamlines = _beamlines(proposal, settings)
    fixed = [settings.beamlines[name] for name in beamlines]
    people = [person for one in (proposal, *ancestors) for person in one.people]
    accounts, unusable = _sort_out(people)
    return Wanted(
        proposal=proposal.number,
        category=rules.category_of(proposal.type),
        group=name_group(rules, proposal.number, beamlines[0]),
        beamlines=beamlines,
        office=accounts,
        without_account=tuple(person.name for person in people if not person.account and person.name),
        unusable=unusable,
        fixed_accounts=frozenset(name for one in fixed for name in _fixed_accounts(one)),
        fixed_groups=frozenset(one.group for one in fixed),
        finished=proposal.status == FINISHED,
    )


def _fixed_accounts(beamline: BeamlineSettings) -> tuple[str, ...]:
    return (beamline.service, *beamline.accounts)


def _beamlines(proposal: Proposal, settings: GroupsSettings) -> tuple[str, ...]:
    named = {*proposal.beamlines, *(block.beamline for block in proposal.schedule)}
    known = tuple(sorted(named & set(settings.beamlines)))
    if not known:
        theirs, ours = ", ".join(sorted(named)) or "no beamline", ", ".join(sorted(settings.beamlines))
        raise GroupsError(f"proposal {proposal.number} is for {theirs}; the settings know {ours}")
    return known


def _sort_out(people: Sequence[Person]) -> tuple[frozenset[str], tuple[str, ...]]:
    accounts, unusable = set(), []
    for account in {person.account for person in people if person.account}:
        try:
            accounts.add(check_name("username", account))
        except NameRefusedError as error:
            unusable.append(str(error))
    return frozenset(accounts), tuple(sorted(unusable))
