"""Accounts and groups of this machine, by name or by number."""

import grp
import os
import pwd

from sdm.principal import Principal


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


def keeps_setgid(gid: int) -> bool:
    """Tell whether this process may chmod a folder of a group without Linux dropping setgid silently."""
    return os.geteuid() == 0 or gid == os.getegid() or gid in os.getgroups()
