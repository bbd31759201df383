"""The same small facility in each kind of directory, made and read by means of their own.

Every world has the accounts kim, lee and pat, who have never been here; sam of the staff, in group
``biomax``; the service account and the detector's; and groups ``visitors``, ``presto`` and ``vpn``.
"""

from abc import ABC, abstractmethod
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from scizoo.services.samba import ADMIN as AD_ADMIN
from scizoo.services.samba import BASE as AD_BASE
from scizoo.services.samba import PASSWORD as AD_PASSWORD
from scizoo.services.samba import Samba
from scizoo.services.slapd import ADMIN, BASE, PASSWORD, Slapd
from sdm.groups.directory import Directory
from sdm.groups.ldap_wire import LdapWire
from sdm.groups.open_directory import open_directory
from sdm.groups.settings import GroupsSettings, LdapSettings

VISITORS = ("kim", "lee", "pat")
RESOURCES = ("presto", "vpn")
EMPTY = "nobody-yet"


def now() -> datetime:
    return datetime(2026, 11, 21, 8, tzinfo=timezone.utc)


class World(ABC):
    """One directory, and the settings that fit it."""

    nests = True
    has_units = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_root = folder / "data"
        for path in ("visitors/biomax", "proprietary/biomax", "staff/biomax"):
            (self.data_root / path).mkdir(parents=True)

    @abstractmethod
    def directory_settings(self) -> dict[str, Any]: ...

    @abstractmethod
    def listed(self, group: str) -> set[str]:
        """Who is in a group, by names, read without the code under test."""

    @abstractmethod
    def add_account(self, name: str, disabled: bool = False) -> None: ...

    @abstractmethod
    def remove_account(self, name: str) -> None: ...

    @abstractmethod
    def add_group(self, name: str, members: tuple[str, ...], gid: int) -> None: ...

    @abstractmethod
    def add_to(self, group: str, account: str) -> None: ...

    @abstractmethod
    def make_primary(self, group: str, account: str) -> None:
        """Let a group become the primary one of an account that is in it."""

    @abstractmethod
    def primary_of(self, account: str) -> str: ...

    @abstractmethod
    def leave_a_ghost(self, group: str) -> None:
        """Let a group list somebody who is not an account of ours."""

    def settings(self, **changes: Any) -> GroupsSettings:
        fields = {
            "directory": self.directory_settings(),
            "beamlines": {"biomax": {"service": "svc-biomax", "group": "biomax", "accounts": ["det-biomax"]}},
            "data_root": str(self.data_root),
            "gid_range": [60000, 60999],
            "visitors_group": "visitors",
            "resource_groups": list(RESOURCES),
            "change_log": str(self.folder / "changes.jsonl"),
            "posix": {"uid_range": [70000, 70999]} if self.has_units else None,
        }
        return GroupsSettings.model_validate({**fields, **changes})

    def close(self) -> None:  # noqa: B027 (files need none)
        """Take away what the test has made."""

    def directory(self) -> Directory:
        return open_directory(self.settings().directory, now)

    def furnish(self) -> None:
        for name in ("sam", "svc-biomax", "det-biomax", *VISITORS):
            self.add_account(name, disabled=name == "lee")
        self.add_group("biomax", ("sam",), 5001)
        self.add_group("visitors", ("svc-biomax",), 5000)
        for number, name in enumerate(RESOURCES):
            self.add_group(name, ("sam",), 5100 + number)


class LdapWorld(World):
    """What AD and OpenLDAP have in common."""

    base: str
    admin: str
    password: str
    name_attribute: str
    dialect: str

    def __init__(self, folder: Path, server: Samba | Slapd, unit: str) -> None:
        super().__init__(folder)
        self.server = server
        self.top = f"ou={unit},{self.base}"
        self.password_file = folder / "password"
        self.password_file.write_text(self.password + "\n")
        self.password_file.chmod(0o600)
        self.wire = LdapWire(LdapSettings.model_validate(self.directory_settings()))
        self.make_base()
        for path in (
            self.top,
            *(f"ou={name},{self.top}" for name in ("staff", "new", "DUOACTIVE", "groups")),
        ):
            self.wire.add(path, {"objectClass": ["organizationalUnit"]})

    def reconnect(self) -> None:
        self.wire.close()
        self.wire = LdapWire(LdapSettings.model_validate(self.directory_settings()))

    def make_base(self) -> None: ...

    def close(self) -> None:
        """Names of AD are unique in a domain; a primary group goes after its accounts."""
        entries = self.wire.search(self.top, "(objectClass=*)", ["objectClass"])
        order = {"group": 1, "organizationalUnit": 2}
        for entry in sorted(
            entries, key=lambda one: (order.get(one.all("objectClass")[-1], 0), -len(one.dn))
        ):
            self.wire.delete(entry.dn)
        self.wire.close()

    def directory_settings(self) -> dict[str, Any]:
        return {
            "dialect": self.dialect,
            "url": self.server.address,
            "ca_file": str(self.server.certificates.authority),
            "bind_dn": self.admin,
            "password_file": str(self.password_file),
            "base": self.top,
            "groups_unit": f"ou=groups,{self.top}",
            "active_unit": f"ou=DUOACTIVE,{self.top}",
            "keep_units": [f"ou=staff,{self.top}"],
        }

    def unit_of(self, name: str) -> str:
        return "new" if name in VISITORS or name.startswith("v-") else "staff"

    def dn(self, name: str) -> str:
        found = self.wire.search(self.top, f"({self.name_attribute}={name})", ["cn"])
        found = found or self.wire.search(self.top, f"(cn={name})", ["cn"])
        return found[0].dn

    def entry(self, name: str) -> Any:
        attributes = ["*", "memberOf", "pwdAccountLockedTime"]
        entry = self.wire.read(self.dn(name), attributes)
        assert entry
        return entry

    def remove_account(self, name: str) -> None:
        self.wire.delete(self.dn(name))


class NamesListed(LdapWorld):
    """Groups list distinguished names."""

    def listed(self, group: str) -> set[str]:
        return {dn.partition(",")[0].partition("=")[2] for dn in self.entry(group).all("member")}

    def add_to(self, group: str, account: str) -> None:
        self.wire.modify(self.dn(group), added={"member": [self.dn(account)]})


class Rfc2307bisWorld(NamesListed):
    base, admin, password = BASE, ADMIN, PASSWORD
    name_attribute = "uid"
    dialect = "rfc2307bis"

    def make_base(self) -> None:
        if self.wire.read(BASE, ["dc"]) is None:
            self.wire.add(BASE, {"objectClass": ["domain"], "dc": ["demo"]})

    def add_account(self, name: str, disabled: bool = False) -> None:
        values = {"objectClass": ["inetOrgPerson"], "cn": [name], "sn": [name], "uid": [name]}
        if self.unit_of(name) == "staff":
            values["objectClass"] += ["posixAccount"]
            number = str(3000 + len(self.wire.search(self.top, "(uid=*)", ["uid"])))
            values |= {"uidNumber": [number], "gidNumber": ["100"], "homeDirectory": [f"/home/{name}"]}
        if disabled:
            values["objectClass"] += ["shadowAccount"]
            values |= {"shadowExpire": ["1"], "pwdAccountLockedTime": ["000001010000Z"]}
        self.wire.add(f"uid={name},ou={self.unit_of(name)},{self.top}", values)

    def add_group(self, name: str, members: tuple[str, ...], gid: int) -> None:
        values = {"objectClass": ["groupOfNames", "posixGroup"], "cn": [name], "gidNumber": [str(gid)]}
        values["member"] = [self.dn(member) for member in members]
        self.wire.add(f"cn={name},ou=groups,{self.top}", values)

    def make_primary(self, group: str, account: str) -> None:
        gid = self.entry(group).one("gidNumber")
        self.wire.modify(self.dn(account), added={"gidNumber": [gid]}, removed={"gidNumber": []})

    def primary_of(self, account: str) -> str:
        return str(self.entry(account).one("gidNumber"))

    def leave_a_ghost(self, group: str) -> None:
        self.wire.modify(self.dn(group), added={"member": [f"uid=ghost,ou=new,{self.top}"]})


class Rfc2307World(Rfc2307bisWorld):
    dialect = "rfc2307"
    nests = False

    def listed(self, group: str) -> set[str]:
        return set(self.entry(group).all("memberUid"))

    def add_group(self, name: str, members: tuple[str, ...], gid: int) -> None:
        values = {"objectClass": ["posixGroup"], "cn": [name], "gidNumber": [str(gid)]}
        self.wire.add(f"cn={name},ou=groups,{self.top}", {**values, "memberUid": list(members)})

    def add_to(self, group: str, account: str) -> None:
        self.wire.modify(self.dn(group), added={"memberUid": [account]})

    def leave_a_ghost(self, group: str) -> None:
        self.add_to(group, "ghost")


class ActiveDirectoryWorld(NamesListed):
    base, admin, password = AD_BASE, AD_ADMIN, AD_PASSWORD
    name_attribute = "sAMAccountName"
    dialect = "ad"

    def add_account(self, name: str, disabled: bool = False) -> None:
        values = {"objectClass": ["user"], "sAMAccountName": [name], "userAccountControl": ["544"]}
        if self.unit_of(name) == "staff":
            values["uidNumber"] = [str(3000 + len(self.wire.search(self.top, "(uidNumber=*)", ["cn"])))]
        if disabled:
            values |= {"userAccountControl": ["546"], "accountExpires": ["132223104000000000"]}
        self.wire.add(f"CN={name},ou={self.unit_of(name)},{self.top}", values)

    def add_group(self, name: str, members: tuple[str, ...], gid: int) -> None:
        values = {"objectClass": ["group"], "sAMAccountName": [name], "gidNumber": [str(gid)]}
        values["member"] = [self.dn(member) for member in members]
        self.wire.add(f"CN={name},ou=groups,{self.top}", values)

    def make_primary(self, group: str, account: str) -> None:
        sid = self.entry(group).raw("objectSid")
        number = str(int.from_bytes(sid[-4:], "little"))
        change = {"primaryGroupID": [number]}
        self.wire.modify(self.dn(account), added=change, removed={"primaryGroupID": []})

    def primary_of(self, account: str) -> str:
        return str(self.entry(account).one("primaryGroupID"))

    def leave_a_ghost(self, group: str) -> None:
        container = f"CN=ghost,ou=new,{self.top}"
        self.wire.add(container, {"objectClass": ["contact"]})
        self.wire.modify(self.dn(group), added={"member": [container]})


class LocalWorld(World):
    """Files below a folder, as of a machine without a directory service."""

    nests = False
    has_units = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.etc = folder / "etc"
        self.etc.mkdir()
        for name in ("passwd", "group", "shadow", "gshadow", "login.defs"):
            (self.etc / name).touch(mode=0o600)

    def directory_settings(self) -> dict[str, Any]:
        return {"dialect": "local", "prefix": str(self.folder)}

    def lines(self, name: str) -> list[list[str]]:
        return [line.split(":") for line in (self.etc / name).read_text().splitlines()]

    def write(self, name: str, lines: list[list[str]]) -> None:
        (self.etc / name).write_text("".join(":".join(line) + "\n" for line in lines))

    def listed(self, group: str) -> set[str]:
        return {
            name for line in self.lines("group") if line[0] == group for name in line[3].split(",") if name
        }

    def add_account(self, name: str, disabled: bool = False) -> None:
        number = str(3000 + len(self.lines("passwd")))
        home = ["", f"/home/{name}", "/bin/bash"]
        self.write("passwd", [*self.lines("passwd"), [name, "x", number, "100", *home]])
        day = "1" if disabled else ""
        self.write("shadow", [*self.lines("shadow"), [name, "*", "19000", "0", "99999", "7", "", day, ""]])

    def remove_account(self, name: str) -> None:
        self.write("passwd", [line for line in self.lines("passwd") if line[0] != name])

    def add_group(self, name: str, members: tuple[str, ...], gid: int) -> None:
        self.write("group", [*self.lines("group"), [name, "x", str(gid), ",".join(members)]])

    def add_to(self, group: str, account: str) -> None:
        names = ",".join(sorted(self.listed(group) | {account}))
        self.write(
            "group", [[*line[:3], names] if line[0] == group else line for line in self.lines("group")]
        )

    def make_primary(self, group: str, account: str) -> None:
        gid = next(line[2] for line in self.lines("group") if line[0] == group)
        lines = self.lines("passwd")
        self.write("passwd", [[*line[:3], gid, *line[4:]] if line[0] == account else line for line in lines])

    def primary_of(self, account: str) -> str:
        return next(line[3] for line in self.lines("passwd") if line[0] == account)

    def leave_a_ghost(self, group: str) -> None:
        self.add_to(group, "ghost")
