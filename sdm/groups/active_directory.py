"""Dialect ``ad``: Microsoft's Active Directory, and Samba's."""

from collections.abc import Sequence
from datetime import datetime, timezone

from ldap3.utils.conv import escape_bytes

from sdm.groups.entries import Member
from sdm.groups.ldap_answers import Entry
from sdm.groups.ldap_names import both, dn_below, equals
from sdm.groups.ldap_wire import Values
from sdm.groups.listed_by_dn import DirectoryListingNames

IN_CHAIN = "1.2.840.113556.1.4.1941"
"""Matching rule: nested membership, too."""
DISABLED = 0x2
"""Bit of userAccountControl."""
GLOBAL_SECURITY_GROUP = -(2**31) | 2
NEVER = frozenset({0, 2**63 - 1})
"""Values of accountExpires that set no limit."""
FIRST_TICK = datetime(1601, 1, 1, tzinfo=timezone.utc)
"""accountExpires counts 100 ns from here."""


class ActiveDirectory(DirectoryListingNames):
    """Accounts are ``user``, groups ``group``; both are named by ``sAMAccountName``.

    A primary group lists nobody: its accounts bear the last part of its security identifier.
    """

    needs_numbers = False
    account_filter = "(&(objectCategory=person)(objectClass=user))"
    account_name = "sAMAccountName"
    account_classes = frozenset({"user"})
    group_filter = "(objectClass=group)"
    group_name = "sAMAccountName"
    group_classes = frozenset({"group"})
    home = "unixHomeDirectory"
    told_of_accounts = ("userAccountControl", "accountExpires", "primaryGroupID", "objectSid")
    told_of_groups = ("member", "objectSid")

    def is_enabled(self, entry: Entry) -> bool:
        """Tell whether an account is neither disabled nor expired."""
        return not (entry.number("userAccountControl") or 0) & DISABLED and not self._has_expired(entry)

    def enabling(self, entry: Entry) -> tuple[Values, Values]:
        """Clear the disabled bit and an end that has passed."""
        added, removed = {}, {}
        flags = entry.number("userAccountControl") or 0
        if flags & DISABLED:
            added["userAccountControl"] = [str(flags & ~DISABLED)]
            removed["userAccountControl"] = [str(flags)]
        if self._has_expired(entry):
            added["accountExpires"] = ["0"]
            removed["accountExpires"] = list(entry.all("accountExpires"))
        return added, removed

    def primary_of(self, entry: Entry) -> frozenset[str]:
        """Return the accounts whose primaryGroupID is the group's."""
        sid = entry.raw("objectSid")
        if sid is None:
            return frozenset()
        wanted = both(self.account_filter, equals("primaryGroupID", _last_part(sid)))
        return self.names_of(
            self.wire.search(self.settings.base, wanted, [self.account_name]), self.account_name
        )

    def groups_of(self, member: Member) -> frozenset[str]:
        """Return the groups of an account or a group, nested ones and the primary one too."""
        dn = self.dn_of(member)
        wanted = both(self.group_filter, equals(f"member:{IN_CHAIN}:", dn))
        found = self.wire.search(self.settings.base, wanted, [self.group_name])
        return self.names_of(found, self.group_name) | self._primary_group(member)

    def make_group(self, name: str, gid: int | None, members: Sequence[Member]) -> str:
        """Make a global security group."""
        values = {
            "objectClass": ["top", "group"],
            "sAMAccountName": [name],
            "groupType": [str(GLOBAL_SECURITY_GROUP)],
            "member": [self.dn_of(member) for member in members],
            "gidNumber": [] if gid is None else [str(gid)],
        }
        given = {key: some for key, some in values.items() if some}
        dn = dn_below("CN", name, self.settings.groups_unit)
        self.wire.add(dn, given)
        return dn

    def _primary_group(self, member: Member) -> frozenset[str]:
        entry = self.account_entry(member.name) if member.kind == "account" else None
        sid = entry.raw("objectSid") if entry else None
        number = entry.number("primaryGroupID") if entry else None
        if sid is None or number is None:
            return frozenset()
        wanted = f"(objectSid={escape_bytes(sid[:-4] + number.to_bytes(4, 'little'))})"
        return self.names_of(self.wire.search(self.settings.base, wanted, [self.group_name]), self.group_name)

    def _has_expired(self, entry: Entry) -> bool:
        ticks = entry.number("accountExpires") or 0
        now = (self.clock() - FIRST_TICK).total_seconds() * 10_000_000
        return ticks not in NEVER and ticks < now


def _last_part(sid: bytes) -> int:
    return int.from_bytes(sid[-4:], "little")
