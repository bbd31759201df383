"""Dialect ``rfc2307``: groups that list log-in names; no group can be in a group."""

from collections.abc import Sequence

from sdm.groups.entries import Member
from sdm.groups.errors import DirectoryRefusedError
from sdm.groups.ldap_answers import Entry
from sdm.groups.ldap_names import both, dn_below, equals
from sdm.groups.posix_ldap import PosixLdapDirectory


class Rfc2307(PosixLdapDirectory):
    """Members are in attribute ``memberUid``, by log-in name: a moved account stays a member."""

    nests = False
    told_of_groups = ("memberUid",)

    def members_of(self, entry: Entry) -> frozenset[Member]:
        """Return the listed members; a name without an account is nobody."""
        return frozenset(self._who(name) for name in entry.all("memberUid"))

    def is_member(self, group: str, member: Member) -> bool:
        """Tell whether a group lists a member."""
        entry = self.group_entry(group)
        listed = entry is not None and member.name in entry.all("memberUid")
        return listed and self._who(member.name) == member

    def groups_of(self, member: Member) -> frozenset[str]:
        """Return the groups of an account."""
        if member.kind == "group":
            return frozenset()
        wanted = both(self.group_filter, equals("memberUid", member.name))
        found = self.wire.search(self.settings.base, wanted, [self.group_name])
        return self.names_of(found, self.group_name) | self.primary_group(member.name)

    def make_group(self, name: str, gid: int | None, members: Sequence[Member]) -> str:
        """Make a group."""
        values = {
            "objectClass": ["top", "posixGroup"],
            "cn": [name],
            "gidNumber": [str(gid)],
            "memberUid": [self._listed(member) for member in members],
        }
        given = {key: some for key, some in values.items() if some}
        dn = dn_below("cn", name, self.settings.groups_unit)
        self.wire.add(dn, given)
        return dn

    def add_member(self, group: str, member: Member) -> None:
        """Add an account that exists."""
        self.wire.modify(self.group_or_refuse(group).dn, added={"memberUid": [self._listed(member)]})

    def remove_member(self, group: str, member: Member) -> None:
        """Remove a member that is listed."""
        self.wire.modify(self.group_or_refuse(group).dn, removed={"memberUid": [member.name]})

    def _listed(self, member: Member) -> str:
        if member.kind != "account":
            raise DirectoryRefusedError(f"{member}: a group of this directory lists accounts only")
        self.account_or_refuse(member.name)
        return member.name

    def _who(self, name: str) -> Member:
        return Member("account" if self.account_entry(name) else "nobody", name)
