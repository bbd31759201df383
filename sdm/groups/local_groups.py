"""Groups of this machine, changed by the system's own programs (shadow 4.13 or newer)."""

import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from sdm.groups.entries import Account, Group, Member, Posix
from sdm.groups.errors import DirectoryRefusedError, DirectoryUnavailableError
from sdm.groups.local_files import GroupLine, PasswdLine, parse_expiry, parse_group, parse_passwd

LIMIT_S = 30


class LocalGroups:
    """``/etc/passwd``, ``/etc/group`` and ``/etc/shadow``.

    Parameters
    ----------
    prefix
        The folder that ``etc`` is in; ``/`` for this machine itself.
    clock
        Returns the time, aware.
    """

    nests = False
    needs_numbers = False

    def __init__(self, prefix: str, clock: Callable[[], datetime]) -> None:
        self._prefix = prefix
        self._clock = clock

    def account(self, name: str) -> Account | None:
        """Return an account by its log-in name; it stands where it is and is never moved."""
        line = next((line for line in self._accounts() if line.name == name), None)
        if line is None:
            return None
        posix = Posix(line.uid, line.gid, line.home, line.shell)
        return Account(name, str(self._file("passwd")), enabled=not self._has_expired(name), posix=posix)

    def group(self, name: str) -> Group | None:
        """Return a group with its members; a name without an account is nobody."""
        found = [line for line in self._groups() if line.name == name]
        if len(found) > 1:
            raise DirectoryRefusedError(f"{name} stands more than once in {self._file('group')}: run grpck")
        if not found:
            return None
        names = {line.name for line in self._accounts()}
        kinds = [Member("account" if one in names else "nobody", one) for one in found[0].members]
        primary = frozenset(line.name for line in self._accounts() if line.gid == found[0].gid)
        return Group(name, str(self._file("group")), found[0].gid, frozenset(kinds), primary)

    def is_member(self, group: str, member: Member) -> bool:
        """Tell whether a group lists a member."""
        found = self.group(group)
        return found is not None and member in found.members

    def groups_of(self, member: Member) -> frozenset[str]:
        """Return the groups of an account, the primary one too."""
        gids = {line.gid for line in self._accounts() if line.name == member.name}
        groups = self._groups()
        return frozenset(line.name for line in groups if member.name in line.members or line.gid in gids)

    def groups_with_number(self, gid: int) -> list[str]:
        """Return the names of the groups that bear a gid."""
        return sorted(line.name for line in self._groups() if line.gid == gid)

    def accounts_with_number(self, uid: int) -> list[str]:
        """Return the names of the accounts that bear a uid."""
        return sorted(line.name for line in self._accounts() if line.uid == uid)

    def used_gids(self) -> frozenset[int]:
        """Return every gid that a group bears."""
        return frozenset(line.gid for line in self._groups())

    def used_uids(self) -> frozenset[int]:
        """Return every uid that an account bears."""
        return frozenset(line.uid for line in self._accounts())

    def make_group(self, name: str, gid: int | None, members: Sequence[Member]) -> str:
        """Make a group, then add its members; its place is its name."""
        self._run("groupadd", *([] if gid is None else ["--gid", str(gid)]), name)
        for member in members:
            self.add_member(name, member)
        return name

    def remove_group(self, place: str) -> None:
        """Remove a group that was made a moment ago and must not be."""
        self._run("groupdel", place)

    def add_member(self, group: str, member: Member) -> None:
        """Add an account that exists."""
        if member.kind != "account":
            raise DirectoryRefusedError(f"{member}: /etc/group lists accounts only")
        self._run("usermod", "--append", "--groups", group, member.name)

    def remove_member(self, group: str, member: Member) -> None:
        """Remove a member that is listed; of one without an account, by listing the others anew."""
        if member.kind == "account":
            self._run("usermod", "--remove", "--groups", group, member.name)
            return
        listed = [name for line in self._groups() if line.name == group for name in line.members]
        self._run("groupmod", "--users", ",".join(name for name in listed if name != member.name), group)

    def move_account(self, name: str) -> None:
        """Refuse: there are no units here."""
        raise DirectoryRefusedError(f"{name} cannot be moved: accounts of this machine stand in no unit")

    def set_posix(self, name: str, values: Posix) -> None:
        """Refuse: a local account has them all."""
        raise DirectoryRefusedError(f"{name}: a local account has its POSIX attributes ({values.values()})")

    def clear_uid(self, name: str) -> None:
        """Refuse: no local account is given a uid here."""
        raise DirectoryRefusedError(f"{name}: the uid of a local account is its own")

    def enable_account(self, name: str) -> None:
        """Take the expiry away."""
        self._run("usermod", "--expiredate", "", name)

    def close(self) -> None:
        """Nothing is open."""

    def _run(self, program: str, *arguments: str) -> None:
        where = [] if self._prefix == "/" else ["--prefix", self._prefix]
        command = [program, *where, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DirectoryUnavailableError(f"{' '.join(command)}: {error}") from None
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
            raise DirectoryRefusedError(f"{' '.join(command)}: {said}")

    def _accounts(self) -> list[PasswdLine]:
        return parse_passwd(self._read("passwd"))

    def _groups(self) -> list[GroupLine]:
        return parse_group(self._read("group"))

    def _has_expired(self, name: str) -> bool:
        today = (self._clock() - datetime(1970, 1, 1, tzinfo=timezone.utc)).days
        day = parse_expiry(self._read("shadow")).get(name)
        return day is not None and day <= today

    def _file(self, name: str) -> Path:
        return Path(self._prefix) / "etc" / name

    def _read(self, name: str) -> str:
        try:
            return self._file(name).read_text(encoding="utf-8")
        except OSError as error:
            raise DirectoryUnavailableError(f"{self._file(name)}: {error.strerror}; run it as root") from None
