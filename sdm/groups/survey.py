"""Reading everything in a directory that a plan for one proposal depends on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sdm.accounts import known_gids
from sdm.groups.directory import Directory
from sdm.groups.entries import Account, Group, Member, account_member, group_member
from sdm.groups.settings import GroupsSettings
from sdm.groups.wanted import Wanted


@dataclass(frozen=True)
class Found:
    """What a directory holds now.

    Attributes
    ----------
    group
        The proposal's; none when it is to be made.
    namesakes
        Other groups that bear its gid.
    accounts, groups
        By name; none where there is nothing of that name.
    belongs
        The groups of each account and group, nested ones too.
    gids, uids
        In use anywhere in the directory, gids also in this machine's files; empty when no number is
        to be chosen.
    """

    nests: bool
    group: Group | None
    namesakes: tuple[str, ...]
    accounts: Mapping[str, Account | None]
    groups: Mapping[str, Group | None]
    belongs: Mapping[Member, frozenset[str]]
    gids: frozenset[int]
    uids: frozenset[int]


def survey(directory: Directory, wanted: Wanted, settings: GroupsSettings) -> Found:
    """Read what there is; raises DirectoryUnavailableError when any of it is not told whole."""
    group = directory.group(wanted.group)
    accounts = {name: directory.account(name) for name in sorted(wanted.accounts)}
    groups = {name: directory.group(name) for name in _named(wanted, settings)}
    members = [account_member(name) for name, account in accounts.items() if account]
    members += [group_member(name) for name in sorted(wanted.fixed_groups) if groups[name]]
    choose_uid = settings.posix is not None and settings.posix.uid_range is not None
    return Found(
        nests=directory.nests,
        group=group,
        namesakes=_namesakes(directory, group),
        accounts=accounts,
        groups=groups,
        belongs={member: directory.groups_of(member) for member in members},
        gids=_used_gids(directory) if group is None and settings.gid_range else frozenset(),
        uids=directory.used_uids() if choose_uid else frozenset(),
    )


def _used_gids(directory: Directory) -> frozenset[int]:
    return directory.used_gids() | known_gids()


def _named(wanted: Wanted, settings: GroupsSettings) -> Iterable[str]:
    visitors = {settings.visitors_group} if settings.visitors_group else set()
    return sorted({*wanted.fixed_groups, *settings.resource_groups, *visitors})


def _namesakes(directory: Directory, group: Group | None) -> tuple[str, ...]:
    if group is None or group.gid is None:
        return ()
    return tuple(name for name in directory.groups_with_number(group.gid) if name != group.name)
