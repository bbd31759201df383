"""What looks into one folder mean: new, renamed, changed, settled and vanished files (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from scifly.journal_rows import FileRow, State
from scifly.listing import Listing
from scifly.profiles.profile import Profile
from scifly.profiles.profile_files import choose_profile
from scifly.settling import Look, Rest, is_settled, observe
from scifly.tracks import OPEN, Track, Tracks


@dataclass(frozen=True)
class NewFile:
    """A file that was not there before."""

    path: PurePosixPath
    look: Look
    profile: Profile


@dataclass
class Changes:
    """What a look means for the journal.

    Attributes
    ----------
    new
        Seen for the first time.
    moved, reopened
        Got another name; were captured before and have changed since.
    settled
        Complete now.
    gone
        Vanished before they were captured.
    """

    new: list[NewFile] = field(default_factory=list)
    moved: list[Track] = field(default_factory=list)
    reopened: list[Track] = field(default_factory=list)
    settled: list[Track] = field(default_factory=list)
    gone: list[Track] = field(default_factory=list)


class Tracker:
    """Follows the files of one folder.

    Parameters
    ----------
    profiles
        The first that wants a file takes it.
    rows
        What the journal knows of the folder.
    """

    def __init__(self, profiles: Sequence[Profile], rows: Iterable[FileRow]) -> None:
        self._profiles = {profile.name: profile for profile in profiles}
        self.tracks = Tracks(Track(row, self._profiles.get(row.profile)) for row in rows)
        self._ignored: set[PurePosixPath] = set()

    def add(self, row: FileRow, look: Look, at_s: float, *, witnessed: bool) -> None:
        """Follow a new file from its first look on."""
        self.tracks.add(Track(row, self._profiles.get(row.profile), Rest(look, at_s), witnessed))

    def folders_to_look_in(self) -> set[PurePosixPath]:
        """Return the folders of files that are not complete yet."""
        return {track.path.parent for track in self.tracks.unfinished() if track.row.state in OPEN}

    def update(self, listing: Listing, at_s: float) -> Changes:
        """Take what a look has found.

        Parameters
        ----------
        listing
            What the look found.
        at_s
            When: s, monotonic clock.
        """
        changes = Changes()
        for missing in self.tracks.missing_in(listing):
            self.tracks.note_absent(missing)
        for path, look in listing.looks.items():
            track = self.tracks.get(path)
            if track is not None:
                self._look_again(track, look, at_s, changes)
            elif path not in self._ignored:
                self._look_first(path, look, at_s, changes)
        changes.gone = self._forget_gone(listing)
        changes.settled = [track for track in self.tracks.unfinished() if self._settled(track, listing, at_s)]
        return changes

    def _look_first(self, path: PurePosixPath, look: Look, at_s: float, changes: Changes) -> None:
        profile = choose_profile(self._profiles.values(), path)
        former = self.tracks.former(look)
        if profile is None:
            self._ignored.add(path)
        elif former is None:
            changes.new.append(NewFile(path, look, profile))
        else:
            self._move(former, path, profile)
            changes.moved.append(former)
            self._look_again(former, look, at_s, changes)

    def _move(self, track: Track, path: PurePosixPath, profile: Profile) -> None:
        self.tracks.remove(track)
        track.row.path, track.row.profile, track.profile = path, profile.name, profile
        if track.row.state is State.CLOSED and profile.when_modified == "revise":
            track.row.state = State.SEEN  # its capture is told anew, with the new name
        self.tracks.add(track)

    def _look_again(self, track: Track, look: Look, at_s: float, changes: Changes) -> None:
        before, was_absent = track.rest, track.absent
        self.tracks.note_present(track)
        track.rest = observe(before, look, at_s)
        if before is not None and before.look != look:
            track.witnessed = True
        if track.row.state is State.CLOSED and not track.row.stands_at(look.size, look.mtime_ns):
            self._reopen(track, look, replaced=was_absent, changes=changes)

    def _reopen(self, track: Track, look: Look, *, replaced: bool, changes: Changes) -> None:
        """A captured file has changed; one that was away in between is another file of that name."""
        mode = track.profile.when_modified if track.profile else "ignore"
        if mode == "ignore" and not replaced:
            return
        row = track.row
        if replaced or mode == "capture":
            row.forget_capture(look.mtime_ns)
        row.state, row.inode, row.reason = State.SEEN, look.inode, None
        self.tracks.sort(track)
        changes.reopened.append(track)

    def _forget_gone(self, listing: Listing) -> list[Track]:
        gone = [track for track in self.tracks.missing_in(listing) if track.row.state in OPEN]
        for track in gone:
            self.tracks.remove(track)
        return gone

    def _settled(self, track: Track, listing: Listing, at_s: float) -> bool:
        profile, path = track.profile, track.path
        if track.row.state not in OPEN or path not in listing.looks:
            return False
        if profile is None or track.rest is None or not profile.wants(path):
            return False
        if any(path.with_name(sign) in listing.looks for sign in profile.signs_of_use(path.name)):
            track.rest = replace(track.rest, since_s=at_s)
        return is_settled(track.rest, at_s, profile.rule)
