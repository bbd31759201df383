"""Where to look now: file-system events as hints, and a full look every few seconds.

Events make us quick on a local disk. They are never trusted: a hint only names a folder to look
into, and what another client writes on NFS or SMB makes no event at all, so the full look finds it.
"""

import contextlib
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from scifly.errors import FolderError
from scifly.folder import Folder

log = logging.getLogger(__name__)

EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""Opening a folder is an event too: our own looks must not wake us."""
HINTS_LIMIT = 1000
"""More folders than this at once are one full look."""
SHARE = 0.1
"""Full looks take at most this part of the time, however large the folder is."""


class Hints(FileSystemEventHandler):
    """Collects, on watchdog's thread, the folders in which something happened.

    Parameters
    ----------
    root
        Only what lies below is taken; nothing that an event names is opened.
    wake
        Set at each hint.
    """

    def __init__(self, root: Path, wake: threading.Event) -> None:
        self._root, self._wake = str(root), wake
        self._lock = threading.Lock()
        self._folders: set[PurePosixPath] = set()
        self._everywhere = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note the folders that an event names."""
        for name in filter(None, (event.src_path, event.dest_path)):
            self._note(os.fsdecode(name), whole=event.is_directory)  # type: ignore[arg-type]
        self._wake.set()

    def take(self) -> tuple[bool, set[PurePosixPath]]:
        """Return whether to look everywhere, else in which folders, and forget them."""
        with self._lock:
            everywhere, folders = self._everywhere, self._folders
            self._everywhere, self._folders = False, set()
        return everywhere, folders

    def _note(self, name: str, *, whole: bool) -> None:
        inner = os.path.relpath(os.path.dirname(name), self._root)  # noqa: PTH120 - text, not a file
        if inner == ".." or inner.startswith("../"):
            return
        with self._lock:
            self._folders.add(PurePosixPath(inner))
            self._everywhere = self._everywhere or whole or len(self._folders) > HINTS_LIMIT


@dataclass(frozen=True)
class Due:
    """What to look at now: everything, or the files of these folders."""

    everywhere: bool
    folders: tuple[PurePosixPath, ...] = ()


class Watcher:
    """Says where to look in one folder.

    Parameters
    ----------
    folder
        The folder, which need not be there yet.
    period_s
        A full look is due this long after the one before, or later in a very large folder.
    wake
        Set when an event came.
    """

    def __init__(self, folder: Folder, period_s: float, wake: threading.Event) -> None:
        self.folder = folder
        self.note: str | None = None
        self._period_s = period_s
        self._hints = Hints(folder.path, wake)
        self._observer: BaseObserver | None = None
        self._observed: tuple[int, int] | None = None
        self._next_s = float("-inf")

    def due(self, at_s: float) -> Due:
        """Return where to look at ``at_s`` (s, monotonic clock).

        Before a full look it makes sure to listen for events, so that nothing falls between.
        """
        everywhere, folders = self._hints.take()
        if everywhere or at_s >= self._next_s:
            self._listen()
            return Due(everywhere=True)
        return Due(everywhere=False, folders=tuple(sorted(folders)))

    def looked_everywhere(self, begun_s: float, ended_s: float) -> None:
        """Note how long a full look took, to say when the next one is due."""
        self._next_s = ended_s + max(self._period_s, (ended_s - begun_s) / SHARE)

    def close(self) -> None:
        """Listen no more; waits for nothing."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()

    def _listens(self) -> bool:
        """Tell whether watchdog's threads live; without events there are none, and that is told."""
        observer = self._observer
        if observer is None:
            return self.note is not None
        return observer.is_alive() and all(emitter.is_alive() for emitter in observer.emitters)

    def _listen(self) -> None:
        """Attach to the folder, again when it is another one than before under the same name."""
        try:
            identity = self.folder.identity()
        except FolderError:
            return
        if identity == self._observed and self._listens():
            return
        self.close()
        self._observed, self.note = identity, None
        observer = Observer()
        try:
            observer.schedule(self._hints, str(self.folder.path), recursive=True, event_filter=EVENTS)
            observer.start()
        except OSError as error:
            self.note = f"no file events ({error.strerror or error}): looking every {self._period_s:g} s"
            log.warning("%s: %s", self.folder.path, self.note)
            with contextlib.suppress(RuntimeError):
                observer.stop()
            return
        self._observer = observer
