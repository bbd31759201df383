"""Accounts in too many groups: NFS and Windows carry only so many, and rights fail without a word. Pure."""

from collections.abc import Iterator

from sdm.groups.entries import Member
from sdm.groups.settings import GroupsSettings
from sdm.groups.survey import Found
from sdm.groups.wanted import Wanted

NFS_LIMIT = 14
"""NFS with AUTH_SYS carries 16 groups, and drops the others without an error."""
AD_LIMIT = 900
"""A log-in token of Active Directory holds about 1015 groups; more, and there is no log-in."""


def count_warnings(wanted: Wanted, found: Found, settings: GroupsSettings) -> Iterator[str]:
    """Yield a warning for each account, and each group in the proposal's, that will be in too many."""
    gained = {wanted.group, *settings.resource_groups}
    for member, groups in sorted(found.belongs.items()):
        is_visitor = member.name in wanted.office - wanted.fixed_accounts
        extra = {settings.visitors_group} if settings.visitors_group and is_visitor else set()
        count = len(groups | gained | extra)
        yield from _words(member, count, settings)


def _words(member: Member, count: int, settings: GroupsSettings) -> Iterator[str]:
    who = f"every account of {member}" if member.kind == "group" else str(member)
    if settings.directory.dialect == "ad" and count > AD_LIMIT:
        yield f"{who} will be in {count} groups: with more than about 1000 nobody logs in at Active Directory"
    if count > NFS_LIMIT:
        yield f"{who} will be in {count} groups: NFS (AUTH_SYS) carries 16 and forgets the others"
