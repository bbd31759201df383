"""The files of one folder that are followed, found by path, by folder, or under a new name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from scifly.journal_rows import FileRow, State
from scifly.listing import Listing
from scifly.profiles.profile import Profile
from scifly.settling import Look, Rest

OPEN = frozenset({State.SEEN, State.SETTLED})
UNFINISHED = OPEN | {State.NAMED}


@dataclass(slots=True, eq=False)
class Track:
    """One file as it is followed now.

    Attributes
    ----------
    row
        As it stands in the journal.
    profile
        None: no profile of today wants it.
    rest
        Since when it has been as it is; None: not looked at in this process life.
    witnessed
        This process saw it appear or change: what is read now belongs to it.
    absent
        The last look did not find it.
    """

    row: FileRow
    profile: Profile | None
    rest: Rest | None = None
    witnessed: bool = False
    absent: bool = False

    @property
    def path(self) -> PurePosixPath:
        """Path below the watched folder."""
        return self.row.path


class Tracks:
    """All files of one folder, whatever has become of them."""

    def __init__(self, tracks: Iterable[Track]) -> None:
        self._folders: dict[PurePosixPath, dict[str, Track]] = {}
        self._unfinished: set[Track] = set()
        self._absent: dict[int, Track] = {}
        for track in tracks:
            self.add(track)

    def get(self, path: PurePosixPath) -> Track | None:
        """Return the file of that name."""
        return self._folders.get(path.parent, {}).get(path.name)

    def add(self, track: Track) -> None:
        """Follow a file."""
        self._folders.setdefault(track.path.parent, {})[track.path.name] = track
        self.sort(track)

    def remove(self, track: Track) -> None:
        """Follow a file no more."""
        del self._folders[track.path.parent][track.path.name]
        self._unfinished.discard(track)
        self._absent.pop(track.row.inode, None)

    def sort(self, track: Track) -> None:
        """Take notice of a file's new state."""
        (self._unfinished.add if track.row.state in UNFINISHED else self._unfinished.discard)(track)

    def unfinished(self) -> set[Track]:
        """Return the files that are neither captured nor left alone."""
        return set(self._unfinished)

    def missing_in(self, listing: Listing) -> Iterator[Track]:
        """Yield the files that a look should have found and did not."""
        for folder in self._folders if listing.everywhere else listing.folders:
            if listing.covers(folder):
                for name, track in self._folders.get(folder, {}).items():
                    if folder / name not in listing.looks:
                        yield track

    def note_absent(self, track: Track) -> None:
        """Note that a file is not where it was."""
        track.absent = True
        self._absent[track.row.inode] = track

    def note_present(self, track: Track) -> None:
        """Note that a file is there again."""
        track.absent = False
        self._absent.pop(track.row.inode, None)

    def former(self, look: Look) -> Track | None:
        """Return the file that had another name before, if the one looked at is it.

        The number of an inode is given again after a deletion; a captured file is known by its
        size and stamp as well.
        """
        track = self._absent.get(look.inode)
        if track is None:
            return None
        same = track.row.state in OPEN or track.row.stands_at(look.size, look.mtime_ns)
        return track if same else None
