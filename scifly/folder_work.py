"""From what was found in a folder to captures in the spool."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from scifish.errors import SpoolError
from scifish.messages import Context
from scifly.claims import ScanListener
from scifly.journal import Journal
from scifly.journal_rows import State
from scifly.steps import Steps, absolute
from scifly.tally import Tally
from scifly.tracker import Changes, NewFile
from scifly.tracks import Track
from scifly.watched_folder import WatchedFolder

log = logging.getLogger(__name__)
BATCH = 1000
SWITCHED_OFF = "SciFly was switched off when the file appeared"


@dataclass
class FolderWork:
    """Takes the files of a folder through their steps.

    Attributes
    ----------
    steps, journal
        Where files come from step to step, and where that is noted.
    scans
        Which files belong to scans.
    tally
        What people are shown.
    max_age_s
        Age, in s, until which a session that is not confirmed books.
    scan_wait_s
        A complete file waits so long at most for an open scan that might name it, or for a capture
        host of the beamline that does not tell its scans.
    enabled
        New files are captured.
    batch
        Files that are captured between two looks; the others come with the next.
    """

    steps: Steps
    journal: Journal
    scans: ScanListener
    tally: Tally
    max_age_s: float
    scan_wait_s: float
    enabled: bool = True
    batch: int = BATCH

    def do(self, folder: WatchedFolder, changes: Changes, at_s: float) -> str | None:
        """Take each file as far as it can come; return what hinders, for people.

        Parameters
        ----------
        folder, changes
            Where it was looked, and what that means.
        at_s
            Time of the look: s, monotonic clock.

        Raises
        ------
        JournalError
            What the journal does not have has not happened.
        """
        self._take_note(folder, changes)
        self._see(folder, changes.new)
        self._settle(folder, changes.settled, at_s)
        return self._capture(folder)

    def _take_note(self, folder: WatchedFolder, changes: Changes) -> None:
        if changes.gone or changes.moved:
            with self.journal.step():
                self.journal.remove(track.row for track in changes.gone)
                self.journal.save(track.row for track in changes.moved)
        if changes.reopened:
            self.steps.reopen(changes.reopened, self._context(folder))

    def _see(self, folder: WatchedFolder, files: Sequence[NewFile]) -> None:
        if files and self.enabled:
            watched = folder.watched_before
            rows = self.steps.see(folder.path, files, self._context(folder), watched=watched)
            folder.follow(rows, files, witnessed=watched)
            self.tally.seen += len(files)
        elif files:
            rows = self.steps.pass_over(folder.path, files, SWITCHED_OFF)
            folder.follow(rows, files, witnessed=False)
            for row in rows:
                self.tally.show(row)

    def _settle(self, folder: WatchedFolder, settled: Sequence[Track], at_s: float) -> None:
        settled = settled[: self.batch]
        self.steps.settle(self._not_of_scans(folder, settled))
        ours = [track for track in self._not_of_scans(folder, settled) if track.row.state is State.SETTLED]
        self.steps.name([track for track in ours if not self._must_wait(track, at_s)])
        folder.sort(settled)

    def _not_of_scans(self, folder: WatchedFolder, tracks: Sequence[Track]) -> list[Track]:
        """Leave alone what scans name, as they say now, and return the others."""
        claims = self.scans.listen() if tracks else None
        ours = []
        for track in tracks:
            scan = claims and claims.owner(absolute(track.row))
            if scan and track.row.state in (State.SEEN, State.SETTLED):
                self.steps.leave([track], f"belongs to scan {scan}")
                self.tally.show(track.row)
            elif track.row.state in (State.SEEN, State.SETTLED):
                ours.append(track)
        folder.sort(tracks)
        return ours

    def _must_wait(self, track: Track, at_s: float) -> bool:
        since_s = track.rest.since_s if track.rest else at_s
        scan = self.scans.claims.may_yet_claim(absolute(track.row))
        what = f"the end of scan {scan}" if scan else self.scans.unheard(since_s)
        track.row.reason = f"waits for {what}" if what else None
        return what is not None and at_s - since_s < self.scan_wait_s

    def _capture(self, folder: WatchedFolder) -> str | None:
        named = folder.in_state(State.NAMED)
        try:
            self.steps.capture(named)
        except SpoolError as error:
            log.error("captures wait: %s", error)
            left = [track.row for track in named if track.row.state is State.NAMED]
            self.tally.note_failed(left, str(error))
            return str(error)
        finally:
            done = [track.row for track in named if track.row.state is State.CLOSED]
            self.tally.note_captured(done)
            folder.sort(named)
        return None

    def _context(self, folder: WatchedFolder) -> Context:
        now = datetime.now(timezone.utc)
        return folder.followed.context(folder.path, self.max_age_s, now)
