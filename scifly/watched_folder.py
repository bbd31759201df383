"""One folder that is followed: where to look, what was found, and whose it is."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scifly.folder import Folder
from scifly.followed import Followed
from scifly.journal_rows import FileRow, State
from scifly.profiles.profile import Profile
from scifly.tracker import Changes, NewFile, Tracker
from scifly.tracks import Track
from scifly.watcher import SHARE, Due, Watcher

LOOK_S = 1.0
"""A file that is not complete is looked at this often at least."""


class WatchedFolder:
    """A folder and its files.

    Attributes
    ----------
    followed
        Whose it is.
    problems, notes
        Of the last full look, for people.
    watched_before
        The last look was not the first: what it found new has appeared under our eyes.
    unreachable
        The folder could not be opened.
    found_s
        Time of the last look: s, monotonic clock.

    Parameters
    ----------
    path
        Absolute.
    followed
        Whose it is.
    profiles, rows
        For the tracker.
    period_s
        A full look at least this often.
    wake
        Set at each file event.
    clock
        Monotonic, s.
    """

    def __init__(
        self,
        path: str,
        followed: Followed,
        profiles: Sequence[Profile],
        rows: Sequence[FileRow],
        period_s: float,
        wake: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path, self.followed = path, followed
        self.watched_before = False
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.unreachable = False
        self.found_s = 0.0
        self._folder = Folder(Path(path))
        self._watcher = Watcher(self._folder, period_s, wake)
        self._tracker = Tracker(profiles, rows)
        self._clock = clock
        self._look_s = min([LOOK_S, *(profile.settle_s / 4 for profile in profiles)])
        self._next_s = float("-inf")
        self._looked = False

    @property
    def unfinished(self) -> int:
        """Number of files that are seen and not captured."""
        return len(self._tracker.tracks.unfinished())

    def look(self) -> Changes:
        """Look where it is due; raises FolderError when the folder cannot be opened."""
        begun = self._clock()
        due = self._due(begun)
        if not due.everywhere and not due.folders:
            return Changes()
        listing = self._folder.look_everywhere() if due.everywhere else self._folder.look_in(due.folders)
        ended = self._clock()
        self.unreachable = False
        self._next_s = ended + max(self._look_s, (ended - begun) / SHARE)
        if due.everywhere:
            self._watcher.looked_everywhere(begun, ended)
            self.problems = listing.problems
            self.notes = [self._watcher.note] if self._watcher.note else []
        # The begin counts: what was written while we looked happened after it.
        self.found_s, self.watched_before, self._looked = begun, self._looked, True
        return self._tracker.update(listing, begun)

    def be_unreachable(self, why: str) -> None:
        """Note that the folder cannot be opened; of one that was left nobody need hear."""
        self.unreachable = True
        self.problems = [why] if self.followed.current else []

    def follow(self, rows: Sequence[FileRow], files: Sequence[NewFile], *, witnessed: bool) -> None:
        """Follow new files from now on."""
        for row, file in zip(rows, files, strict=True):
            self._tracker.add(row, file.look, self.found_s, witnessed=witnessed)

    def in_state(self, state: State) -> list[Track]:
        """Return the unfinished files in a state, oldest first."""
        found = [track for track in self._tracker.tracks.unfinished() if track.row.state is state]
        return sorted(found, key=lambda track: track.row.id)

    def sort(self, tracks: Sequence[Track]) -> None:
        """Take notice of files' new states."""
        for track in tracks:
            self._tracker.tracks.sort(track)

    def close(self) -> None:
        """Look no more."""
        self._watcher.close()

    def _due(self, at_s: float) -> Due:
        due = self._watcher.due(at_s)
        if due.everywhere or at_s < self._next_s:
            return due
        return Due(everywhere=False, folders=(*due.folders, *self._tracker.folders_to_look_in()))
