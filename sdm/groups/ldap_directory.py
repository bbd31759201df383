"""What all LDAP dialects have in common: finding accounts and groups, moving, POSIX attributes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime

from sdm.groups.directory import Directory
from sdm.groups.entries import Account, Group, Member, Posix
from sdm.groups.errors import DirectoryRefusedError
from sdm.groups.ldap_answers import Entry
from sdm.groups.ldap_names import both, equals, is_below
from sdm.groups.ldap_wire import NOTHING, LdapWire, Values
from sdm.groups.settings import LdapSettings


class LdapDirectory(Directory, ABC):
    """A directory behind LDAP; each dialect says what it calls things.

    Parameters
    ----------
    settings
        Where things stand.
    wire
        The connection; closed with this directory.
    clock
        Returns the time, aware: an account may have expired.
    """

    account_filter: str
    account_name: str
    group_filter: str
    group_name: str
    home: str
    told_of_accounts: tuple[str, ...]
    told_of_groups: tuple[str, ...]

    def __init__(self, settings: LdapSettings, wire: LdapWire, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.wire = wire
        self.clock = clock

    @abstractmethod
    def is_enabled(self, entry: Entry) -> bool:
        """Tell whether an account may log in."""

    @abstractmethod
    def enabling(self, entry: Entry) -> tuple[Values, Values]:
        """Return the values to add and to remove so that an account may log in."""

    @abstractmethod
    def members_of(self, entry: Entry) -> frozenset[Member]:
        """Return the listed members of a group."""

    @abstractmethod
    def primary_of(self, entry: Entry) -> frozenset[str]:
        """Return the accounts whose primary group a group is."""

    def account(self, name: str) -> Account | None:
        """Return an account by its log-in name."""
        entry = self.account_entry(name)
        if entry is None:
            return None
        return Account(
            name.lower(), entry.dn, self._is_movable(entry), self.is_enabled(entry), self._posix(entry)
        )

    def group(self, name: str) -> Group | None:
        """Return a group with all of its direct members."""
        entry = self.group_entry(name)
        if entry is None:
            return None
        gid = entry.number("gidNumber")
        return Group(name.lower(), entry.dn, gid, self.members_of(entry), self.primary_of(entry))

    def groups_with_number(self, gid: int) -> list[str]:
        """Return the names of the groups that bear a gid."""
        return self._names(self.group_filter, equals("gidNumber", gid), self.group_name)

    def accounts_with_number(self, uid: int) -> list[str]:
        """Return the names of the accounts that bear a uid."""
        return self._names(self.account_filter, equals("uidNumber", uid), self.account_name)

    def used_gids(self) -> frozenset[int]:
        """Return every gid that a group bears."""
        return self._numbers(self.group_filter, "gidNumber")

    def used_uids(self) -> frozenset[int]:
        """Return every uid that an account bears."""
        return self._numbers(self.account_filter, "uidNumber")

    def remove_group(self, place: str) -> None:
        """Remove a group that was made a moment ago and must not be."""
        self.wire.delete(place)

    def move_account(self, name: str) -> None:
        """Move an account to the active unit."""
        if self.settings.active_unit is None:
            raise DirectoryRefusedError(f"{name} cannot be moved: no directory.active_unit is configured")
        self.wire.move(self.account_or_refuse(name).dn, self.settings.active_unit)

    def set_posix(self, name: str, values: Posix) -> None:
        """Set the attributes that are given; they are not there yet."""
        entry = self.account_or_refuse(name)
        names = {"uid": "uidNumber", "gid": "gidNumber", "home": self.home, "shell": "loginShell"}
        added = {names[key]: [str(value)] for key, value in values.values().items()}
        self.wire.modify(entry.dn, added={**self.classes_for_posix(entry), **added})

    def clear_uid(self, name: str) -> None:
        """Take back a uid that was set a moment ago and must not be."""
        self.wire.modify(self.account_or_refuse(name).dn, removed={"uidNumber": []})

    def enable_account(self, name: str) -> None:
        """Let an account log in."""
        entry = self.account_or_refuse(name)
        added, removed = self.enabling(entry)
        self.wire.modify(entry.dn, added, removed)

    def close(self) -> None:
        """End the connection."""
        self.wire.close()

    def classes_for_posix(self, entry: Entry) -> Values:
        """Return the object classes that an account needs for POSIX attributes and lacks."""
        return NOTHING

    def account_entry(self, name: str) -> Entry | None:
        """Return an account as the server has it."""
        told = (self.account_name, "objectClass", "uidNumber", "gidNumber", self.home, "loginShell")
        return self._single(self.account_filter, self.account_name, name, (*told, *self.told_of_accounts))

    def account_or_refuse(self, name: str) -> Entry:
        """Return an account; raises DirectoryRefusedError when there is none."""
        entry = self.account_entry(name)
        if entry is None:
            raise DirectoryRefusedError(f"the directory has no account {name}")
        return entry

    def group_entry(self, name: str) -> Entry | None:
        """Return a group as the server has it."""
        told = (self.group_name, "objectClass", "gidNumber", *self.told_of_groups)
        return self._single(self.group_filter, self.group_name, name, told)

    def group_or_refuse(self, name: str) -> Entry:
        """Return a group; raises DirectoryRefusedError when there is none."""
        entry = self.group_entry(name)
        if entry is None:
            raise DirectoryRefusedError(f"the directory has no group {name}")
        return entry

    def names_of(self, entries: Sequence[Entry], attribute: str) -> frozenset[str]:
        """Return the names of entries, in lower case."""
        return frozenset((entry.one(attribute) or entry.dn).lower() for entry in entries)

    def _single(self, kind: str, attribute: str, name: str, told: Sequence[str]) -> Entry | None:
        found = self.wire.search(self.settings.base, both(kind, equals(attribute, name)), told)
        if len(found) > 1:
            places = " and ".join(entry.dn for entry in found)
            raise DirectoryRefusedError(f"{name} is there more than once: {places}; remove all but one")
        return next(iter(found), None)

    def _names(self, kind: str, wanted: str, attribute: str) -> list[str]:
        found = self.wire.search(self.settings.base, both(kind, wanted), [attribute])
        return sorted(self.names_of(found, attribute))

    def _numbers(self, kind: str, attribute: str) -> frozenset[int]:
        found = self.wire.search(self.settings.base, both(kind, f"({attribute}=*)"), [attribute])
        return frozenset(number for entry in found if (number := entry.number(attribute)) is not None)

    def _is_movable(self, entry: Entry) -> bool:
        active, keep = self.settings.active_unit, self.settings.keep_units
        return active is not None and not any(is_below(entry.dn, unit) for unit in (active, *keep))

    def _posix(self, entry: Entry) -> Posix:
        numbers = entry.number("uidNumber"), entry.number("gidNumber")
        return Posix(*numbers, home=entry.one(self.home), shell=entry.one("loginShell"))
