"""Who is in a group, as this machine's name service tells it: files, LDAP, AD.

Asked through ``getent`` and ``id``, in processes of their own: a directory that hangs would hold this
one, for ``getgrouplist`` keeps Python's interpreter lock while it waits. ``id`` knows primary and
nested groups too, also where the directory does not list the members of a group.
"""

import subprocess

from sdm.errors import NameRefusedError
from sdm.names import check_name

TIMEOUT_S = 5.0


def is_member(account: str, group: str, timeout_s: float = TIMEOUT_S) -> bool | None:
    """Tell whether an account is in a group; none when this machine cannot tell.

    It cannot tell when it knows no group of that name, or when the name service does not answer
    within ``timeout_s``, twice. An account that it does not know is in no group.
    """
    try:
        check_name("username", account)
    except NameRefusedError:
        return False
    entry = _answer(timeout_s, "getent", "group", group)
    if not entry:
        return None
    groups = _answer(timeout_s, "id", "-G", account)
    return None if groups is None else entry.split(":")[2] in groups.split()


def members_of(group: str, timeout_s: float = TIMEOUT_S) -> tuple[int, frozenset[str]] | None:
    """Return gid and listed accounts of a group; none when this machine knows no group of that name.

    Raises
    ------
    TimeoutError
        The name service does not answer.
    """
    entry = _answer(timeout_s, "getent", "group", group)
    if entry is None:
        raise TimeoutError("the name service of this machine does not answer")
    if not entry:
        return None
    _, _, gid, names = entry.strip().split(":")
    return int(gid), frozenset(filter(None, names.split(",")))


def gids_of(account: str, timeout_s: float = TIMEOUT_S) -> frozenset[int]:
    """Return the gids of an account, none for an unknown one; raises TimeoutError without an answer."""
    groups = _answer(timeout_s, "id", "-G", "--", account)
    if groups is None:
        raise TimeoutError("the name service of this machine does not answer")
    return frozenset(map(int, groups.split()))


def _answer(timeout_s: float, *command: str) -> str | None:
    """Return what a command prints, empty when it fails; none when it does not answer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout if done.returncode == 0 else ""
