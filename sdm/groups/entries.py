"""What a directory holds: accounts, groups and their members. Pure."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, order=True)
class Member:
    """Somebody in a group: an account, a group, or a value that stands for nobody.

    Attributes
    ----------
    name
        Log-in name or name of the group; of nobody, the value as the directory holds it.
    """

    kind: Literal["account", "group", "nobody"]
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "account" else f"{self.kind} {self.name}"


def account_member(name: str) -> Member:
    """Return an account as a member."""
    return Member("account", name)


def group_member(name: str) -> Member:
    """Return a group as a member."""
    return Member("group", name)


@dataclass(frozen=True)
class Posix:
    """What Linux wants to know of an account; none where the directory says nothing."""

    uid: int | None = None
    gid: int | None = None
    home: str | None = None
    shell: str | None = None

    def lacking(self, wanted: "Posix") -> "Posix":
        """Return what is wanted and not there; what is there is never changed, files hang on it."""
        return Posix(
            uid=wanted.uid if self.uid is None else None,
            gid=wanted.gid if self.gid is None else None,
            home=wanted.home if self.home is None else None,
            shell=wanted.shell if self.shell is None else None,
        )

    def values(self) -> dict[str, int | str]:
        """Return what is said, by name."""
        pairs = {"uid": self.uid, "gid": self.gid, "home": self.home, "shell": self.shell}
        return {name: value for name, value in pairs.items() if value is not None}


@dataclass(frozen=True)
class Account:
    """An account.

    Attributes
    ----------
    place
        Where it stands: a distinguished name, or the file.
    movable
        It stands neither in the active unit nor in one whose accounts stay where they are.
    """

    name: str
    place: str
    movable: bool = False
    enabled: bool = True
    posix: Posix = field(default_factory=Posix)


@dataclass(frozen=True)
class Group:
    """A group.

    Attributes
    ----------
    members
        Listed in the group itself; those by primary group are not among them.
    primary
        Accounts whose primary group it is: they have its rights without being listed.
    """

    name: str
    place: str
    gid: int | None
    members: frozenset[Member]
    primary: frozenset[str] = frozenset()

    @property
    def accounts(self) -> frozenset[str]:
        """Names of all accounts in it, by list or by primary group."""
        return self.primary | {member.name for member in self.members if member.kind == "account"}

    @property
    def groups(self) -> frozenset[str]:
        """Names of the groups in it."""
        return frozenset(member.name for member in self.members if member.kind == "group")
