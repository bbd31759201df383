"""A file's way through the journal: seen, settled, named, captured, closed.

Each step is on the disk before the next begins, so a killed SciFly goes on where it was. The pid is
on the disk before the capture is committed; what is committed again after a kill has the same pid
and revision, and the catalogue keeps one.

Places for fault injection: ``scifly.seen``, ``scifly.settled``, ``scifly.named``,
``scifly.committed`` (in the spool, not yet in the journal), ``scifly.closed``.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from scifish import faultpoints
from scifish.attributes.reading import Snapshot
from scifish.capture import Capture
from scifish.frozen import Frozen
from scifish.identifiers import new_nonce
from scifish.message_parts import Failure
from scifish.messages import Context
from scifish.producer import PidParts, Producer
from scifish.settings import Station
from scifly.file_facts import facts_of, folder_of, where
from scifly.journal import Journal
from scifly.journal_rows import Beginning, FileRow, State
from scifly.profiles.profile import Profile
from scifly.readings import Readings, as_late
from scifly.settling import Look
from scifly.tracker import NewFile
from scifly.tracks import Track

NOT_WATCHED = "SciFly was not watching when the file appeared: the values of that time are not known"
NOT_WITNESSED = "the file was complete before SciFly looked at it: its values were read later"
CHUNK = 50
"""Captures committed between two steps of the journal; so many at most are told twice after a kill."""


class Steps:
    """Takes files through the steps; used by one thread.

    Parameters
    ----------
    producer
        Makes and keeps the captures.
    journal
        Where each step is noted.
    station
        Returns which SciDog counts now.
    profiles
        Those in use; the first serves files whose own is not there any more.
    now_ns
        This host's clock, ns since the epoch.
    """

    def __init__(
        self,
        producer: Producer,
        journal: Journal,
        station: Callable[[], Station],
        profiles: Sequence[Profile],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._producer, self._journal, self._station = producer, journal, station
        self._profiles, self._now_ns = profiles, now_ns
        self._readings = Readings(producer.reader)
        self._ends: dict[int, Snapshot] = {}

    def see(self, folder: str, files: Sequence[NewFile], context: Context, *, watched: bool) -> list[FileRow]:
        """Note new files together with what is known now: whose they are, how the beamline stands.

        Parameters
        ----------
        folder
            The watched folder.
        files
            What was found in it.
        context
            Whose they are, decided when they were found.
        watched
            They appeared under our eyes, so the values of now are those of their beginning.
        """
        seen_ns = self._now_ns()
        beginning = self._begin(context, watched=watched)
        rows = [_row_of(folder, file, seen_ns) for file in files]
        with self._journal.step():
            number = self._journal.add_beginning(beginning, seen_ns)
            for row in rows:
                row.beginning = number
            self._journal.save(rows)
        faultpoints.reached("scifly.seen")
        return rows

    def reopen(self, tracks: Iterable[Track], context: Context) -> None:
        """Note captured files that have changed; those that begin a new capture begin it now."""
        seen_ns = self._now_ns()
        for track in tracks:
            anew = not track.row.beginning
            beginning = self._begin(context, watched=track.witnessed) if anew else None
            with self._journal.step():
                if beginning:
                    track.row.beginning = self._journal.add_beginning(beginning, seen_ns)
                    track.row.seen_ns = seen_ns
                self._journal.save([track.row])

    def pass_over(self, folder: str, files: Iterable[NewFile], reason: str) -> list[FileRow]:
        """Note new files that nobody wants captured."""
        rows = [_row_of(folder, file, self._now_ns()) for file in files]
        for row in rows:
            row.state, row.reason = State.LEFT, reason
        with self._journal.step():
            self._journal.save(rows)
        return rows

    def settle(self, tracks: Iterable[Track]) -> None:
        """Note complete files, and read the values of their end.

        A file that was captured long ago, and only has another name since, is done.
        """
        fresh = [track for track in tracks if not self._has_end(track)]
        if not fresh:
            return
        for track in fresh:
            track.row.state = State.CLOSED if self._is_only_moved(track) else State.SETTLED
            look = _look(track)
            track.row.size, track.row.mtime_ns, track.row.inode = look.size, look.mtime_ns, look.inode
        with self._journal.step():
            self._journal.save(track.row for track in fresh)
        faultpoints.reached("scifly.settled")
        for track in fresh:
            if track.row.state is State.SETTLED:
                self._ends[track.row.id] = self._read_end(track)

    def leave(self, tracks: Iterable[Track], reason: str) -> None:
        """Note files that are not ours."""
        tracks = list(tracks)
        for track in tracks:
            track.row.state = State.CLOSED if track.row.closed_ns else State.LEFT
            track.row.reason = reason
            self._ends.pop(track.row.id, None)
        with self._journal.step():
            self._journal.save(track.row for track in tracks)

    def name(self, tracks: Sequence[Track]) -> None:
        """Decide the pids of complete files, for ever."""
        if not tracks:
            return
        for track in tracks:
            row = track.row
            row.parts = row.parts or PidParts(self._producer.spool.uuid, row.seen_ns, new_nonce())
            row.revision += 1
            row.state = State.NAMED
        with self._journal.step():
            self._journal.save(track.row for track in tracks)
        faultpoints.reached("scifly.named")

    def capture(self, tracks: Sequence[Track]) -> None:
        """Commit the captures of files whose pid is decided, and note that.

        Raises
        ------
        SpoolError
            The disk does not take one; those before it are committed, it will be tried again.
        """
        for first in range(0, len(tracks), CHUNK):
            self._capture(tracks[first : first + CHUNK])

    def _capture(self, tracks: Sequence[Track]) -> None:
        done: list[FileRow] = []
        try:
            for track in tracks:
                self._commit(track)
                done.append(track.row)
                faultpoints.reached("scifly.committed")
        finally:
            self._close(done)

    def _close(self, rows: list[FileRow]) -> None:
        for row in rows:
            row.state, row.closed_ns, row.reason = State.CLOSED, row.closed_ns or self._now_ns(), None
            self._ends.pop(row.id, None)
        with self._journal.step():
            self._journal.save(rows)
        faultpoints.reached("scifly.closed")

    def _commit(self, track: Track) -> None:
        row, profile = track.row, track.profile or self._profiles[0]
        beginning = self._journal.beginning(row.beginning)
        capture = self._begun(row, profile, beginning)
        row.pid = capture.pid
        if self._is_late(row, profile):
            capture.amended("completion", **where(row))
        else:
            capture.ended("completed", **facts_of(row, profile))

    def _begun(self, row: FileRow, profile: Profile, beginning: Beginning) -> Capture:
        end = self._ends.get(row.id)
        if end is None:
            end = _late(self._readings.read(beginning.selection))
        frozen = Frozen(
            context=beginning.context,
            selection=beginning.selection,
            at_start=Snapshot(beginning.values, beginning.failures),
            at_end=end,
            revision=row.revision - 1,
        )
        source = self._producer.source(profile.program)
        return self._producer.begin(source, parts=row.parts, station=self._station(), frozen=frozen)

    def _begin(self, context: Context, *, watched: bool) -> Beginning:
        selection, note = self._producer.selection(self._station())
        notes = [Failure(reason=note)] if note else []
        if not watched:
            return Beginning(context=context, selection=selection, failures=[Failure(reason=NOT_WATCHED)])
        read = self._readings.read(selection)
        return Beginning(
            context=context, selection=selection, values=read.values, failures=[*notes, *read.failures]
        )

    def _read_end(self, track: Track) -> Snapshot:
        read = self._readings.read(self._journal.beginning(track.row.beginning).selection)
        return read if track.witnessed else _late(read)

    def _has_end(self, track: Track) -> bool:
        """Tell whether a complete file's last values have been read, and it is still the same."""
        look = _look(track)
        known = track.row.state is State.SETTLED and track.row.id in self._ends
        return known and track.row.stands_at(look.size, look.mtime_ns)

    def _is_only_moved(self, track: Track) -> bool:
        look, row = _look(track), track.row
        profile = track.profile or self._profiles[0]
        return row.stands_at(look.size, look.mtime_ns) and self._is_late(row, profile)

    def _is_late(self, row: FileRow, profile: Profile) -> bool:
        """Tell whether a capture is too old to be told anew with the values of now."""
        age_ns = self._now_ns() - row.closed_ns
        return bool(row.closed_ns) and age_ns > profile.revise_within_s * 1e9


def absolute(row: FileRow) -> PurePosixPath:
    """Return where a file lies."""
    return folder_of(row) / row.path.name


def _late(read: Snapshot) -> Snapshot:
    return Snapshot(as_late(read.values), [*read.failures, Failure(reason=NOT_WITNESSED)])


def _look(track: Track) -> Look:
    if track.rest is None:
        raise AssertionError(f"{track.path} was settled without a look")
    return track.rest.look


def _row_of(folder: str, file: NewFile, seen_ns: int) -> FileRow:
    look = file.look
    return FileRow(
        folder=folder,
        path=file.path,
        profile=file.profile.name,
        size=look.size,
        mtime_ns=look.mtime_ns,
        inode=look.inode,
        first_mtime_ns=look.mtime_ns,
        seen_ns=seen_ns,
        beginning=0,
    )
