"""The reserve: disk space kept back for captures, given up when the disk is full.

One file per state folder, shared by all producers. What is committed on its space is durable, but
people must act: ``Spool.trouble`` and SciFish's state say so until the whole space is back.
"""

import os
import secrets
from pathlib import Path

SIZE = 16 * 1024 * 1024
"""Bytes kept back on an ordinary disk: some hundred captures."""
SMALLEST = 64 * 1024
OVERHEAD = 2
"""SQLite writes at most about so many times the bytes of a message: whole pages, and its helper files."""
SHARE_OF_DISK, SHARE_OF_FREE = 8, 4
"""At most the eighth part of a small disk is kept back, and at any time the fourth part of what is free."""


def make_reserve(path: Path) -> bool:
    """Keep back as much space as may be now; tell whether the reserve is whole.

    A full disk is no error here: there is nothing to keep back then. A reserve that is short is
    made larger when there is more space.
    """
    try:
        info = os.statvfs(path.parent)
        there, whole = _size(path), _whole(info)
        wanted = min(whole, info.f_bavail * info.f_frsize // SHARE_OF_FREE)
        if there < whole and wanted > max(there, SMALLEST - 1):
            _allocate(path, wanted)
        return _size(path) >= whole
    except OSError:
        return False


def reserve_trouble(path: Path) -> str | None:
    """Return what is wrong with a reserve and what to do; None while it is whole."""
    try:
        there, whole = _size(path), _whole(os.statvfs(path.parent))
    except OSError as error:
        return f"the reserve {path} cannot be looked at: {error.strerror}"
    if there >= whole:
        return None
    have = f"has {there >> 10} of {whole >> 10} kB" if there else "is used up"
    need = SHARE_OF_FREE * whole >> 10
    return f"the disk of {path.parent} is or was full, its reserve for captures {have}: free {need} kB now"


def give_up_reserve(path: Path, needed: int) -> bool:
    """Free about as much of the reserve as is needed; tell whether there was any.

    No more at a time, since whoever has filled the disk also takes what is free.

    Parameters
    ----------
    needed
        Bytes that are to be written.
    """
    rest = _size(path) - max(SMALLEST, OVERHEAD * needed)
    try:
        if rest >= SMALLEST:
            os.truncate(path, rest)
        else:
            path.unlink()
    except OSError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _whole(info: os.statvfs_result) -> int:
    return min(SIZE, info.f_blocks * info.f_frsize // SHARE_OF_DISK)


def _allocate(path: Path, size: int) -> None:
    unfinished = path.with_name(f".reserve-{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660)
    try:
        os.fchmod(descriptor, 0o660)
        os.posix_fallocate(descriptor, 0, size)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
