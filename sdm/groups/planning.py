"""From what is wanted and what was found to the steps in between. Pure."""

from collections.abc import Iterator

from sdm.groups.account_planning import plan_accounts
from sdm.groups.entries import Group, Member, account_member, group_member
from sdm.groups.group_counts import count_warnings
from sdm.groups.numbers import free_numbers
from sdm.groups.plan import Plan
from sdm.groups.settings import GroupsSettings
from sdm.groups.steps import AddMember, LinkGroup, MakeGroup, RemoveMember, Step
from sdm.groups.survey import Found
from sdm.groups.wanted import Wanted


def plan_groups(wanted: Wanted, found: Found, settings: GroupsSettings) -> Plan:
    """Return the plan of one proposal, without its folders; raises GroupsSettingsError for a full range."""
    members = members_wanted(wanted, found)
    blocks = tuple(_blocks(wanted, found, members))
    return Plan(
        proposal=wanted.proposal,
        group=wanted.group,
        steps=() if blocks else tuple(_steps(wanted, found, settings, members)),
        problems=tuple(_problems(wanted, found, settings, members)),
        holds=tuple(_holds(wanted, found, settings, members)),
        blocks=blocks,
        warnings=tuple(_warnings(wanted, found, settings)),
    )


def members_wanted(wanted: Wanted, found: Found) -> frozenset[Member]:
    """Return who should be listed: the office's people and the fixed members that exist.

    Where no group can be in a group, the accounts of a fixed group stand for it.
    """
    accounts = {name for name in wanted.accounts if found.accounts[name]}
    groups = [group for name in wanted.fixed_groups if (group := found.groups[name])]
    if found.nests:
        return frozenset({*map(account_member, accounts), *(group_member(group.name) for group in groups)})
    return frozenset(map(account_member, accounts.union(*(group.accounts for group in groups))))


def leavers(found: Found, members: frozenset[Member]) -> list[Member]:
    """Return who is listed and should not be."""
    return sorted(found.group.members - members) if found.group else []


def _steps(
    wanted: Wanted, found: Found, settings: GroupsSettings, members: frozenset[Member]
) -> Iterator[Step]:
    making = list(_group(wanted, found, settings, members))
    yield from making
    yield from plan_accounts(wanted, found, settings)
    yield from _joiners(wanted, found, members, {step.first for step in making})
    yield from (RemoveMember(wanted.group, one) for one in leavers(found, members))
    yield from _links(wanted, found, settings, members)


def _group(
    wanted: Wanted, found: Found, settings: GroupsSettings, members: frozenset[Member]
) -> Iterator[MakeGroup]:
    if found.group is not None:
        return
    gid = None
    if settings.gid_range is not None:
        gid = next(free_numbers(settings.gid_range, found.gids, "gid_range"))
    yield MakeGroup(wanted.group, gid, _first(wanted, members))


def _first(wanted: Wanted, members: frozenset[Member]) -> Member:
    fixed = [member for member in sorted(members) if member.name in wanted.fixed_accounts]
    return fixed[0] if fixed else min(members)


def _joiners(
    wanted: Wanted, found: Found, members: frozenset[Member], made_with: set[Member]
) -> Iterator[Step]:
    inside = _inside(found.group) if found.group else frozenset()
    yield from (AddMember(wanted.group, one) for one in sorted(members - inside - made_with))


def _links(
    wanted: Wanted, found: Found, settings: GroupsSettings, members: frozenset[Member]
) -> Iterator[Step]:
    own = group_member(wanted.group)
    for name in settings.resource_groups:
        resource = found.groups[name]
        if resource is None:
            continue
        if not found.nests:
            yield from (AddMember(name, one) for one in sorted(members - _inside(resource)))
        elif own not in resource.members:
            yield LinkGroup(name, own)


def _inside(group: Group) -> frozenset[Member]:
    return group.members | {account_member(name) for name in group.primary}


def _blocks(wanted: Wanted, found: Found, members: frozenset[Member]) -> Iterator[str]:
    if found.namesakes:
        yield f"the gid of {wanted.group} is also that of {', '.join(found.namesakes)}: change one of them"
    if not members:
        yield "the directory has nobody of the office's people nor of the fixed members: look at base"


def _holds(
    wanted: Wanted, found: Found, settings: GroupsSettings, members: frozenset[Member]
) -> Iterator[str]:
    if not wanted.office:
        yield "the user office names nobody with an account"
    for name in sorted(wanted.fixed_groups):
        if found.groups[name] is None:
            yield f"fixed group {name} is not in the directory, and its people might be taken for leavers"
    going = leavers(found, members)
    listed = len(found.group.members) if found.group else 0
    if listed and len(going) / listed > settings.leaver_share:
        yield f"{len(going)} of {listed} members would leave, more than the share {settings.leaver_share:g}"


def _problems(
    wanted: Wanted, found: Found, settings: GroupsSettings, members: frozenset[Member]
) -> Iterator[str]:
    yield from wanted.unusable
    yield from (f"account {name} is not in the directory" for name, one in found.accounts.items() if not one)
    yield from (f"group {name} is not in the directory" for name, one in found.groups.items() if not one)
    if found.group and found.group.gid is None and settings.gid_range:
        yield f"{wanted.group} is there without a gid: give it one of gid_range"
    for name in sorted(found.group.primary if found.group else ()):
        if account_member(name) not in members:
            yield f"{name} has {wanted.group} as primary group, and no business in it: change that by hand"


def _warnings(wanted: Wanted, found: Found, settings: GroupsSettings) -> Iterator[str]:
    if wanted.finished:
        yield f"proposal {wanted.proposal} is finished"
    yield from (f"{name} has no account yet" for name in wanted.without_account)
    if not found.nests and settings.resource_groups:
        names = ", ".join(settings.resource_groups)
        yield f"{names} can hold no group here: accounts are added one by one, and who leaves stays in them"
    yield from count_warnings(wanted, found, settings)
