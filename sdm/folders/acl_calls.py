"""Access control lists of open folders and files, where the file system has them."""

import errno
import os
from typing import Literal

from sdm.accounts import gid_of, uid_of
from sdm.folders.acl import Acl, Entry, Tag, from_bytes, to_bytes

Kind = Literal["access", "default"]

_NO_LISTS = (errno.EOPNOTSUPP, errno.ENOSYS)
_NONE_THERE = (errno.ENODATA, *_NO_LISTS)


def read_acl(descriptor: int, kind: Kind) -> Acl:
    """Return a list, empty when there is none or the file system has none; raises OSError.

    A descriptor that was opened with O_PATH serves too.
    """
    try:
        return from_bytes(os.getxattr(f"/proc/self/fd/{descriptor}", f"system.posix_acl_{kind}"))
    except OSError as error:
        if error.errno in _NONE_THERE:
            return ()
        raise


def read_acl_of(folder: int, name: str) -> Acl:
    """Return the access list of an entry of an open folder; empty when there is none, or nothing to know."""
    try:
        path = f"/proc/self/fd/{folder}/{name}"
        return from_bytes(os.getxattr(path, "system.posix_acl_access", follow_symlinks=False))
    except OSError:
        return ()


def has_acls(descriptor: int) -> bool:
    """Tell whether the file system of an open folder has such lists."""
    try:
        os.getxattr(f"/proc/self/fd/{descriptor}", "system.posix_acl_default")
    except OSError as error:
        return error.errno not in _NO_LISTS
    return True


def write_default(descriptor: int, acl: Acl) -> None:
    """Give an open folder its default list; what is made in it later is born with it.

    Only its owner may; the mode of the folder itself stays, setgid too. Raises OSError.
    """
    os.setxattr(descriptor, "system.posix_acl_default", to_bytes(acl, number_of))


def number_of(entry: Entry) -> int | None:
    """Return the uid or gid that a named entry means; none when this machine does not know it."""
    if entry.who is None:
        return None
    return uid_of(entry.who) if entry.tag == Tag.USER else gid_of(entry.who)


def resolved(acl: Acl) -> Acl:
    """Return a list with numbers instead of names, as the kernel would give it back."""
    return from_bytes(to_bytes(acl, number_of)) if acl else ()
