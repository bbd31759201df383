"""``producers/<uuid>.lock``: how everybody learns that the process owning a spool is gone.

An exclusive ``fcntl.lockf`` held for life: the kernel drops it at any death, also when a forked
child lives on (``flock`` would stay held), in any container and for any user (a process number
would lie there). Closing *any* descriptor of the file drops the lock of the whole process, so a
lock file is opened once per process, and this module remembers which ones it holds.
"""

import fcntl
import os
import threading
from pathlib import Path

_held: set[str] = set()
_guard = threading.Lock()


class ProducerLock:
    """A lock file held by this process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def sign_of_life(self) -> None:
        """Set the file's modification time to now, without opening it."""
        os.utime(self.path)

    def release(self, remove: bool = False) -> None:
        """Give the lock back once, or remove the file with it because its spool is gone."""
        with _guard:
            if self._descriptor is None:
                return
            if remove:
                self.path.unlink(missing_ok=True)
            _held.discard(_key(self.path))
            os.close(self._descriptor)
            self._descriptor = None


def create_lock(path: Path) -> ProducerLock:
    """Make a lock file that is never visible under its name without being locked.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    unfinished = path.with_suffix(".new")
    with _guard:
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o660)
        try:
            os.fchmod(descriptor, 0o660)
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unfinished.rename(path)
        except OSError:
            os.close(descriptor)
            unfinished.unlink(missing_ok=True)
            raise
        _held.add(_key(path))
    return ProducerLock(path, descriptor)


def take_over(path: Path) -> ProducerLock | None:
    """Take the lock of a process that is gone; None while its owner, maybe this process, lives.

    A missing lock file counts as an owner who is gone: the file is made.

    Raises
    ------
    OSError
        The lock file cannot be opened by this account.
    """
    with _guard:
        if _key(path) in _held:
            return None
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o660)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        _held.add(_key(path))
    return ProducerLock(path, descriptor)


def _key(path: Path) -> str:
    return str(path.parent.resolve() / path.name)
