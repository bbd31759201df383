"""Listing the files of a folder again and again, for growth that makes no event on this host."""

import os
import posixpath
from collections.abc import Iterator
from contextlib import suppress


class Listings:
    """Sees by their sizes which files of a folder grew; those that are there at first have not.

    A listing of everything is seldom made; until the next one, the folders where it found growth are
    listed alone, so that a file that goes on growing is known to.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._known = dict(_sizes(folder, deep=True))
        self._growing: set[str] = set()

    def everything(self) -> str | None:
        """List all files and return one that is new or larger than it was; none when none is."""
        now = dict(_sizes(self._folder, deep=True))
        larger = [path for path, size in now.items() if size > self._known.get(path, -1)]
        self._known, self._growing = now, {posixpath.dirname(path) for path in larger}
        return larger[0] if larger else None

    def where_it_grew(self) -> str | None:
        """List the folders where files grew at the last listing; return as ``everything`` does."""
        found = {path: size for folder in self._growing for path, size in _sizes(folder, deep=False)}
        larger = [path for path, size in found.items() if size > self._known.get(path, -1)]
        self._known |= found
        return larger[0] if larger else None


def _sizes(folder: str, *, deep: bool) -> Iterator[tuple[str, int]]:
    """Yield each file of a folder, and if wanted below it, with its size; follows no link."""
    for entry in _entries(folder):
        with suppress(OSError):  # removed meanwhile
            if entry.is_file(follow_symlinks=False):
                yield entry.path, entry.stat(follow_symlinks=False).st_size
            elif deep and entry.is_dir(follow_symlinks=False):
                yield from _sizes(entry.path, deep=True)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:  # removed, or not ours to enter
        yield from entries
