"""The reserve: disk space kept back for captures, given up when the disk is full.

One file per state folder, shared by all producers. What is committed on its space is durable, but
people must act: ``Spool.trouble`` says so until the space is back.
"""

import os
import secrets
from pathlib import Path

SIZE = 16 * 1024 * 1024
"""Bytes kept back on an ordinary disk: some hundred captures."""
SMALLEST = 64 * 1024


def make_reserve(path: Path, size: int = SIZE) -> bool:
    """Keep space back, at most a quarter of what is free; tell whether the reserve is there.

    A full disk is no error here: there is nothing to keep back then.
    """
    if path.exists():
        return True
    try:
        info = os.statvfs(path.parent)
        wanted = min(size, info.f_bavail * info.f_frsize // 4)
        return wanted >= SMALLEST and _allocate(path, wanted)
    except OSError:
        return False


def give_up_reserve(path: Path) -> bool:
    """Free the reserve's space; tell whether there was any."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _allocate(path: Path, size: int) -> bool:
    unfinished = path.with_name(f".reserve-{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660)
    try:
        os.fchmod(descriptor, 0o660)
        os.posix_fallocate(descriptor, 0, size)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
    return True
