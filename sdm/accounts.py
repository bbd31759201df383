"""Accounts and groups of this machine, by name or by number."""

import grp
import os
import pwd
from pathlib import Path

from sdm.principal import Principal

CAP_FSETID = 4
"""chmod keeps setgid on files of groups that a process is not in."""


def this_account() -> str:
    """Return the name of the account that this process runs as, ``#uid`` when it has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"#{os.geteuid()}"


def uid_of(owner: Principal) -> int | None:
    """Return the uid of an account; none when this machine knows no account of that name."""
    if isinstance(owner, int):
        return owner
    try:
        return pwd.getpwnam(owner).pw_uid
    except KeyError:
        return None


def gid_of(group: Principal) -> int | None:
    """Return the gid of a group; none when this machine knows no group of that name."""
    if isinstance(group, int):
        return group
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None


def known_gids() -> frozenset[int]:
    """Return the gids of all groups that this machine lists; those of a directory need not be among them."""
    return frozenset(group.gr_gid for group in grp.getgrall())


def keeps_setgid(gid: int) -> bool:
    """Tell whether this process may chmod a folder of a group without Linux dropping setgid silently."""
    return gid == os.getegid() or gid in os.getgroups() or has_capability(CAP_FSETID)


def has_capability(number: int) -> bool:
    """Tell whether this process has a capability of Linux; root usually has all."""
    lines = Path("/proc/self/status").read_bytes().splitlines()
    effective = next(line for line in lines if line.startswith(b"CapEff:"))
    return bool(int(effective.split()[1], 16) >> number & 1)
