"""What a session's opener is told when a proposal's group is missing, or is not what the office wants."""

import os
from collections.abc import Callable, Collection, Sequence

from pathfixer.config import Config
from sdm.accounts import this_account
from sdm.errors import NameRefusedError
from sdm.membership import gids_of, members_of
from sdm.names import check_name
from sdm.path_rules import PathRules
from sdm.principal import Principal
from sdm.user_office.protocol import Proposal

Members = Callable[[str], tuple[int, frozenset[str]] | None]
Gids = Callable[[str], frozenset[int]]


class GroupNotes:
    """Compares the group, as this machine knows it, with the user office. Slow.

    Parameters
    ----------
    group_of
        Returns the proposal group of a number; a group that is configured as a number says nothing.
    beamline
        The beamline's group: its members may be listed one by one.
    fixed
        Accounts that are in every proposal group.
    members, gids
        The name service.
    """

    def __init__(
        self,
        group_of: Callable[[str], Principal],
        beamline: Principal,
        fixed: Collection[str],
        members: Members = members_of,
        gids: Gids = gids_of,
    ) -> None:
        self._group_of = group_of
        self._beamline = beamline
        self._fixed = frozenset(fixed)
        self._members = members
        self._gids = gids

    def about(self, family: Sequence[Proposal]) -> list[str]:
        """Return what is not as it should be, with the cure.

        Parameters
        ----------
        family
            The proposal, then those of its ancestors that are known.
        """
        group = self._group_of(family[0].number)
        if isinstance(group, int):
            return []
        cure = f"run scizoo groups apply {family[0].number}"
        try:
            return [f"{text}: {cure}" for text in self._compare(group, family)]
        except TimeoutError as error:
            return [f"nobody can say who is in {group}: {error}"]

    def _compare(self, group: str, family: Sequence[Proposal]) -> list[str]:
        known = self._members(group)
        if known is None:
            return [f"group {group} is missing on this machine"]
        gid, listed = known
        people = _accounts(family)
        notes = [f"{name} is not in {group}" for name in sorted(people) if gid not in self._gids(name)]
        if family[-1].parent is None:
            strangers = listed - people - self._fixed - self._staff()
            notes += [f"{name} is in {group}, and no more in the proposal" for name in sorted(strangers)]
        return notes

    def _staff(self) -> frozenset[str]:
        known = self._members(self._beamline) if isinstance(self._beamline, str) else None
        return known[1] if known else frozenset()


def notes_for(config: Config, rules: PathRules) -> GroupNotes:
    """Return what looks at the groups of one beamline's proposals."""

    def group_of(proposal: str) -> Principal:
        return config.principals(rules, os.geteuid(), proposal).proposal

    fixed = (this_account(), *config.fixed_members)
    return GroupNotes(group_of, config.beamline_principal(rules), fixed)


def nothing_about(family: Sequence[Proposal]) -> list[str]:
    """Return nothing: nobody looks at groups here."""
    return []


def _accounts(family: Sequence[Proposal]) -> frozenset[str]:
    named = {person.account for proposal in family for person in proposal.people if person.account}
    return frozenset(name for name in named if _can_log_in(name))


def _can_log_in(name: str) -> bool:
    try:
        return bool(check_name("username", name))
    except NameRefusedError:
        return False
