"""Dialect ``rfc2307bis``: groups that list names and bear a number, in OpenLDAP and its kin."""

from collections.abc import Sequence

from sdm.groups.entries import Member
from sdm.groups.errors import PartialAnswerError
from sdm.groups.ldap_answers import Entry
from sdm.groups.ldap_names import both, dn_below, equals
from sdm.groups.listed_by_dn import DirectoryListingNames
from sdm.groups.posix_ldap import PosixLdapDirectory


class Rfc2307bis(DirectoryListingNames, PosixLdapDirectory):
    """Groups are ``groupOfNames`` with ``posixGroup``: never empty, and no name in them is checked."""

    account_classes = frozenset({"posixaccount", "inetorgperson", "account"})
    group_filter = "(|(objectClass=posixGroup)(objectClass=groupOfNames))"
    group_classes = frozenset({"posixgroup", "groupofnames"})
    told_of_groups = ("member",)

    def members_of(self, entry: Entry) -> frozenset[Member]:
        """Return the listed members; a group of names without one is hidden from our account."""
        if not entry.all("member") and "groupofnames" in map(str.casefold, entry.all("objectClass")):
            raise PartialAnswerError(f"the directory hides the members of {entry.dn} from our account")
        return super().members_of(entry)

    def groups_of(self, member: Member) -> frozenset[str]:
        """Return the groups of an account or a group: upwards, since no filter finds nested ones here."""
        found: dict[str, str] = {}
        todo = [self.dn_of(member)]
        while todo:
            wanted = both(self.group_filter, equals("member", todo.pop()))
            for entry in self.wire.search(self.settings.base, wanted, [self.group_name]):
                if entry.dn not in found:
                    found[entry.dn] = entry.one(self.group_name) or entry.dn
                    todo.append(entry.dn)
        primary = self.primary_group(member.name) if member.kind == "account" else frozenset()
        return frozenset(found.values()) | primary

    def make_group(self, name: str, gid: int | None, members: Sequence[Member]) -> str:
        """Make a group with its first members: the schema allows none without."""
        values = {
            "objectClass": ["top", "groupOfNames", "posixGroup"],
            "cn": [name],
            "gidNumber": [str(gid)],
            "member": [self.dn_of(member) for member in members],
        }
        dn = dn_below("cn", name, self.settings.groups_unit)
        self.wire.add(dn, values)
        return dn
