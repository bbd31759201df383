"""What every directory can be asked and told, whatever keeps it."""

from collections.abc import Sequence
from typing import Protocol

from sdm.groups.entries import Account, Group, Member, Posix


class Directory(Protocol):
    """A directory of accounts and groups.

    Every method raises DirectoryUnavailableError when there is no answer, or no whole one; the
    changing ones, and reading what exists twice, raise DirectoryRefusedError. Idempotence is the
    caller's: it reads before and after, since result codes differ between directories.

    Attributes
    ----------
    nests
        A group may be a member of a group.
    needs_numbers
        Groups, and accounts that get POSIX attributes, must be given their numbers.
    """

    nests: bool
    needs_numbers: bool

    def account(self, name: str) -> Account | None:
        """Return an account by its log-in name."""
        ...

    def group(self, name: str) -> Group | None:
        """Return a group with all of its direct members."""
        ...

    def is_member(self, group: str, member: Member) -> bool:
        """Tell whether a group lists a member directly; a missing group lists nobody.

        Nobody is listed no more when the value has come to stand for somebody.
        """
        ...

    def groups_of(self, member: Member) -> frozenset[str]:
        """Return the names of all groups that give an account or a group rights, nested ones too."""
        ...

    def groups_with_number(self, gid: int) -> list[str]:
        """Return the names of the groups that bear a gid."""
        ...

    def accounts_with_number(self, uid: int) -> list[str]:
        """Return the names of the accounts that bear a uid."""
        ...

    def used_gids(self) -> frozenset[int]:
        """Return every gid that a group bears."""
        ...

    def used_uids(self) -> frozenset[int]:
        """Return every uid that an account bears."""
        ...

    def make_group(self, name: str, gid: int | None, members: Sequence[Member]) -> str:
        """Make a group and return its place; some directories want at least one member at once."""
        ...

    def remove_group(self, place: str) -> None:
        """Remove a group that was made a moment ago and must not be."""
        ...

    def add_member(self, group: str, member: Member) -> None:
        """Add a member that exists."""
        ...

    def remove_member(self, group: str, member: Member) -> None:
        """Remove a member that is listed."""
        ...

    def move_account(self, name: str) -> None:
        """Move an account to the active unit; its memberships follow."""
        ...

    def set_posix(self, name: str, values: Posix) -> None:
        """Set the attributes that are given; they are not there yet."""
        ...

    def clear_uid(self, name: str) -> None:
        """Take back a uid that was set a moment ago and must not be."""
        ...

    def enable_account(self, name: str) -> None:
        """Let an account log in."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...
