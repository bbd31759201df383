"""Groups that list distinguished names (Active Directory, rfc2307bis): groups nest, and names go stale."""

from sdm.groups.entries import Member
from sdm.groups.errors import DirectoryRefusedError
from sdm.groups.ldap_answers import Entry
from sdm.groups.ldap_directory import LdapDirectory
from sdm.groups.ldap_names import both, equals, normal


class DirectoryListingNames(LdapDirectory):
    """Members are in attribute ``member``, by their distinguished names.

    Cases of names do not count in such a directory: ours are in lower case.
    """

    nests = True
    account_classes: frozenset[str]
    group_classes: frozenset[str]

    def members_of(self, entry: Entry) -> frozenset[Member]:
        """Return the listed members of a group; a name without an entry is nobody."""
        return frozenset(self._who(dn) for dn in entry.all("member"))

    def is_member(self, group: str, member: Member) -> bool:
        """Tell whether a group lists a member directly."""
        entry = self.group_entry(group)
        dn = self._find(member)
        if entry is None or dn is None:
            return False
        return normal(dn) in {normal(listed) for listed in entry.all("member")}

    def add_member(self, group: str, member: Member) -> None:
        """Add a member that exists: some servers would take any name."""
        self.wire.modify(self.group_or_refuse(group).dn, added={"member": [self.dn_of(member)]})

    def remove_member(self, group: str, member: Member) -> None:
        """Remove a member that is listed."""
        self.wire.modify(self.group_or_refuse(group).dn, removed={"member": [self.dn_of(member)]})

    def move_account(self, name: str) -> None:
        """Move an account; where the server leaves the old name in groups, put the new one in its place."""
        old = self.account_or_refuse(name).dn
        super().move_account(name)
        new = self.account_or_refuse(name).dn
        for group in self._listing(old):
            listed = {normal(dn) for dn in group.all("member")}
            added = {} if normal(new) in listed else {"member": [new]}
            self.wire.modify(group.dn, added=added, removed={"member": [old]})

    def dn_of(self, member: Member) -> str:
        """Return the name of a member; raises DirectoryRefusedError when there is no such entry."""
        dn = self._find(member)
        if dn is None:
            raise DirectoryRefusedError(f"the directory has no {member.kind} {member.name}")
        return dn

    def _find(self, member: Member) -> str | None:
        if member.kind == "nobody":
            return member.name if self._who(member.name) == member else None
        by_name = self.account_entry if member.kind == "account" else self.group_entry
        entry = by_name(member.name)
        return entry.dn if entry else None

    def _who(self, dn: str) -> Member:
        entry = self.wire.read(dn, ["objectClass", self.account_name, self.group_name])
        classes = {name.casefold() for name in entry.all("objectClass")} if entry else set()
        if entry and classes & self.account_classes:
            name = entry.one(self.account_name)
            return Member("account", name.lower()) if name else Member("nobody", dn)
        if entry and classes & self.group_classes:
            name = entry.one(self.group_name)
            return Member("group", name.lower()) if name else Member("nobody", dn)
        return Member("nobody", dn)

    def _listing(self, dn: str) -> list[Entry]:
        wanted = both(self.group_filter, equals("member", dn))
        return self.wire.search(self.settings.base, wanted, [self.group_name, "member"])
