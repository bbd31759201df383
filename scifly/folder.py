"""Looking into a watched folder: never through a link, never outside, never without an end.

Members of the proposal may write there. A folder replaced by a link into another proposal's tree,
also between two of our calls, must not lead us there: each step is opened below the one before,
without following, and only regular files are looked at. Names are taken as bytes that mean
nothing.
"""

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath, PurePosixPath

from scifly.errors import FolderError
from scifly.listing import Listing
from scifly.settling import Look

DEPTH_LIMIT = 16
FILES_LIMIT = 200_000

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class Folder:
    """A folder to look into.

    Parameters
    ----------
    path
        Absolute. Links above it are the site's business, but it must be no link itself.
    depth_limit, files_limit
        What lies deeper, or comes after so many files, is left out and named.
    """

    def __init__(self, path: Path, depth_limit: int = DEPTH_LIMIT, files_limit: int = FILES_LIMIT) -> None:
        self.path = path
        self._depth_limit, self._files_limit = depth_limit, files_limit

    def identity(self) -> tuple[int, int]:
        """Return device and inode; raises FolderError."""
        with self._opened() as descriptor:
            found = os.fstat(descriptor)
        return found.st_dev, found.st_ino

    def look_everywhere(self) -> Listing:
        """Look at every file below; raises FolderError when the folder itself cannot be opened."""
        listing = Listing(everywhere=True)
        with self._opened() as descriptor:
            self._walk(descriptor, PurePosixPath(), listing)
        return listing

    def look_in(self, folders: Iterable[PurePosixPath]) -> Listing:
        """Look at the files of some folders below, not deeper; one that is gone has none.

        Parameters
        ----------
        folders
            Relative; what would lead outside is a folder that is not there.

        Raises
        ------
        FolderError
            The watched folder itself cannot be opened.
        """
        listing = Listing(everywhere=False)
        with self._opened() as descriptor:
            for inner in folders:
                listing.folders.add(inner)
                self._look_in(descriptor, inner, listing)
        return listing

    def _look_in(self, descriptor: int, inner: PurePosixPath, listing: Listing) -> None:
        with contextlib.ExitStack() as opened:
            for step in inner.parts:
                if step in ("..", "/") or (descriptor := self._enter(descriptor, step, inner, listing)) < 0:
                    return
                opened.callback(os.close, descriptor)
            for _ in self._files_of(descriptor, inner, listing):
                pass

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            descriptor = os.open(self.path, _OPEN)
        except OSError as error:
            raise FolderError(f"{self.path} cannot be opened: {_in_words(error)}") from None
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _walk(self, descriptor: int, inner: PurePosixPath, listing: Listing) -> None:
        folders = list(self._files_of(descriptor, inner, listing))
        if folders and len(inner.parts) >= self._depth_limit:
            self._leave_out(inner, f"folders deeper than {self._depth_limit} are left out", listing)
            return
        for name in folders:
            below = self._enter(descriptor, name, inner / name, listing)
            if below < 0:
                continue
            try:
                self._walk(below, inner / name, listing)
            finally:
                os.close(below)

    def _files_of(self, descriptor: int, inner: PurePosixPath, listing: Listing) -> Iterator[str]:
        """Look at the files of an open folder, and yield the names of the folders in it."""
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        yield entry.name
                    elif not self._take(entry, inner, listing):
                        return
        except OSError as error:
            self._leave_out(inner, _in_words(error), listing)

    def _take(self, entry: "os.DirEntry[str]", inner: PurePosixPath, listing: Listing) -> bool:
        """Look at one entry; false when there are too many."""
        if not entry.is_file(follow_symlinks=False):
            return True
        if len(listing.looks) >= self._files_limit:
            self._leave_out(inner, f"files beyond the first {self._files_limit} are left out", listing)
            return False
        with contextlib.suppress(FileNotFoundError):
            listing.looks[inner / entry.name] = look_of(entry.stat(follow_symlinks=False))
        return True

    def _enter(self, descriptor: int, name: str, inner: PurePosixPath, listing: Listing) -> int:
        """Open a folder in an open one; -1 when it is none (any more), or may not be entered."""
        try:
            return os.open(name, _OPEN, dir_fd=descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER:
                self._leave_out(inner, _in_words(error), listing)
            return -1

    def _leave_out(self, inner: PurePosixPath, why: str, listing: Listing) -> None:
        listing.unread.add(inner)
        listing.problems.append(f"{as_text(self.path / inner)}: {why}")


def look_of(found: os.stat_result) -> Look:
    """Return what a call of ``stat`` tells of a file."""
    return Look(found.st_size, found.st_mtime_ns, found.st_blocks, found.st_dev, found.st_ino)


def as_text(path: PurePath) -> str:
    r"""Return a path as text for people and messages; bytes that are no UTF-8 appear as ``\xNN``."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def _in_words(error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "it is a link or no folder; a session's folder must be a real one"
    return error.strerror or str(error)
