"""What rfc2307 and rfc2307bis share: ``posixAccount``, ``posixGroup``, and accounts that expire."""

from datetime import datetime, timezone

from sdm.groups.ldap_answers import Entry
from sdm.groups.ldap_directory import LdapDirectory
from sdm.groups.ldap_names import both, equals
from sdm.groups.ldap_wire import NOTHING, Values

LOCKED = "pwdAccountLockedTime"
EXPIRY = "shadowExpire"
NO_EXPIRY = -1


class PosixLdapDirectory(LdapDirectory):
    """Accounts are named by ``uid``, groups by ``cn``; a primary group is a number in the account.

    An account is off when ``shadowExpire`` (days since 1970) has passed, or the overlay ``ppolicy``
    has locked it.
    """

    needs_numbers = True
    account_filter = "(|(objectClass=posixAccount)(objectClass=inetOrgPerson)(objectClass=account))"
    account_name = "uid"
    group_filter = "(objectClass=posixGroup)"
    group_name = "cn"
    home = "homeDirectory"
    told_of_accounts = (EXPIRY, LOCKED)

    def is_enabled(self, entry: Entry) -> bool:
        """Tell whether an account is neither expired nor locked."""
        return not self._has_expired(entry) and entry.one(LOCKED) is None

    def enabling(self, entry: Entry) -> tuple[Values, Values]:
        """Take the expiry and the lock away."""
        removed = {EXPIRY: [str(entry.one(EXPIRY))]} if self._has_expired(entry) else {}
        if (locked := entry.one(LOCKED)) is not None:
            removed[LOCKED] = [locked]
        return NOTHING, removed

    def classes_for_posix(self, entry: Entry) -> Values:
        """Return ``posixAccount`` unless the account has it."""
        classes = {name.casefold() for name in entry.all("objectClass")}
        return NOTHING if "posixaccount" in classes else {"objectClass": ["posixAccount"]}

    def primary_of(self, entry: Entry) -> frozenset[str]:
        """Return the accounts whose gidNumber is the group's."""
        gid = entry.number("gidNumber")
        if gid is None:
            return frozenset()
        wanted = both(self.account_filter, equals("gidNumber", gid))
        return self.names_of(
            self.wire.search(self.settings.base, wanted, [self.account_name]), self.account_name
        )

    def primary_group(self, name: str) -> frozenset[str]:
        """Return the group that an account's gidNumber names."""
        number = self.account_or_refuse(name).number("gidNumber")
        return frozenset() if number is None else frozenset(self.groups_with_number(number))

    def _has_expired(self, entry: Entry) -> bool:
        days = entry.number(EXPIRY)
        today = (self.clock() - datetime(1970, 1, 1, tzinfo=timezone.utc)).days
        return days is not None and days != NO_EXPIRY and days <= today
