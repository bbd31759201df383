"""Every entry below an open folder, following no link and staying on its file system.

What is found was put there by anybody with write access, while we walk too: a folder is opened
relative to its parent, and only what was opened is believed.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DEEPEST = 200
"""Folders below each other; one more is told as unseen, so that no descriptors run out."""

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Entry:
    """Something in a folder; ``parent`` is the open folder it lies in, as long as it is the newest entry."""

    path: str
    name: str
    parent: int
    facts: os.stat_result

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, and no link to one."""
        return stat.S_ISDIR(self.facts.st_mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.facts.st_mode)

    @property
    def mode(self) -> int:
        """Its permission bits."""
        return stat.S_IMODE(self.facts.st_mode)


@dataclass(frozen=True)
class Unseen:
    """A folder that could not be walked, and why."""

    path: str
    reason: str


def walk_tree(
    folder: int, path: str, before: Callable[[Entry], None] = lambda entry: None
) -> Iterator[Entry | Unseen]:
    """Yield what lies below an open folder, a folder before what lies in it.

    Parameters
    ----------
    folder
        Descriptor of the folder, open for reading.
    path
        What it is called in the entries; names that are no text come with escapes.
    before
        Called with each folder before it is opened.
    """
    device = os.fstat(folder).st_dev
    yield from _Walk(device, before).folder(folder, path, 0)


class _Walk:
    def __init__(self, device: int, before: Callable[[Entry], None]) -> None:
        self._device = device
        self._before = before

    def folder(self, folder: int, path: str, depth: int) -> Iterator[Entry | Unseen]:
        try:
            names = os.listdir(folder)
        except OSError as error:
            yield Unseen(path, error.strerror or str(error))
            return
        for name in names:
            shown = f"{path}/{printable(name)}"
            try:
                entry = Entry(shown, name, folder, os.stat(name, dir_fd=folder, follow_symlinks=False))
            except FileNotFoundError:
                continue
            except OSError as error:
                yield Unseen(shown, error.strerror or str(error))
                continue
            yield entry
            if entry.is_folder:
                yield from self._inside(entry, depth)

    def _inside(self, entry: Entry, depth: int) -> Iterator[Entry | Unseen]:
        if entry.facts.st_dev != self._device or depth >= DEEPEST:
            why = "another file system" if depth < DEEPEST else f"more than {DEEPEST} folders deep"
            yield Unseen(entry.path, why)
            return
        self._before(entry)
        try:
            folder = os.open(entry.name, _OPEN, dir_fd=entry.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            yield Unseen(entry.path, error.strerror or str(error))
            return
        try:
            yield from self.folder(folder, entry.path, depth + 1)
        finally:
            os.close(folder)


def printable(name: str) -> str:
    """Return a name that people, JSON and terminals can take; what they cannot is escaped."""
    clean = os.fsencode(name).decode("utf-8", "backslashreplace")
    return clean if clean.isprintable() else clean.encode("unicode_escape").decode("ascii")
