"""After a capture: waits for its files to be complete, and tells their sizes."""

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from scifish.errors import ScifishError, SpoolClosedError
from scifish.file_parts import chunks
from scifish.scan_file import ScanFile
from scifish.settling.entry_end import entry_has_ended
from scifish.settling.file_watch import FileWatch, Stat

LOG = logging.getLogger(__name__)
FIRST_LOOK_S, LONGEST_PAUSE_S = 0.02, 0.5
TELL_AGAIN_S = 5.0
PART_NAME = "completion"


class Amendable(Protocol):
    """A capture, as far as this module needs it."""

    def amended(self, name: str, index: int = 1, of: int = 1, **fields: object) -> None:
        """Commit what has become known after the end."""


@dataclass
class _Job:
    capture: Amendable
    folder: str | None
    watches: list[FileWatch]
    give_up_at: float
    pause_s: float = FIRST_LOOK_S
    next_look: float = field(default=0.0)

    @property
    def is_done(self) -> bool:
        return all(watch.settled for watch in self.watches)


class Completion:
    """One daemon thread that follows the files of all captures of this process.

    Parameters
    ----------
    limit_s
        Longest wait for the files of one capture; what is not complete then is told as it stands.
    tell_again_s
        Pause after the disk has not taken what is told.
    """

    def __init__(self, limit_s: float, tell_again_s: float = TELL_AGAIN_S) -> None:
        self._limit_s, self._tell_again_s = limit_s, tell_again_s
        self._asked: SimpleQueue[_Job] = SimpleQueue()
        threading.Thread(target=self._run, name="scifish-completion", daemon=True).start()

    def follow(
        self,
        capture: Amendable,
        folder: str | None,
        files: Sequence[ScanFile],
        *,
        writer_gone: bool = False,
        limit_s: float | None = None,
    ) -> None:
        """Begin to follow the files of a capture that has ended; returns at once.

        Parameters
        ----------
        capture
            Where to tell it.
        folder
            The capture's source folder.
        files
            Those whose end is not known yet.
        writer_gone
            What wrote the entries is over: an entry without an end will never have one.
        limit_s
            Longest wait for these files; None: as for all.
        """
        if files:
            watches = [FileWatch(file, writer_gone) for file in files]
            wait_s = self._limit_s if limit_s is None else limit_s
            self._asked.put(_Job(capture, folder, watches, time.monotonic() + wait_s))

    def _run(self) -> None:
        jobs: list[_Job] = []
        while True:
            jobs += self._new_jobs(jobs)
            now = time.monotonic()
            for job in [job for job in jobs if job.next_look <= now]:
                look(job.watches, now)
                job.pause_s = min(2 * job.pause_s, LONGEST_PAUSE_S)
                job.next_look = now + job.pause_s
                if job.is_done or now >= job.give_up_at:
                    if _tell(job):
                        jobs.remove(job)
                    else:
                        job.next_look = now + self._tell_again_s

    def _new_jobs(self, jobs: Sequence[_Job]) -> Iterator[_Job]:
        pause_s = max(min(job.next_look for job in jobs) - time.monotonic(), 0.001) if jobs else None
        try:
            yield self._asked.get(timeout=pause_s)
        except Empty:
            return


def look(watches: Sequence[FileWatch], now: float) -> None:
    """Look at those files that are not settled yet."""
    for watch in watches:
        if not watch.settled:
            watch.look(now, stat_of(watch.file.path), entry_has_ended)


def stat_of(path: str) -> Stat | None:
    """Return size and time of a file, None when it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - 20,000 files a scan: no objects for nothing
    except OSError:
        return None
    return Stat(found.st_size, found.st_mtime_ns)


def _tell(job: _Job) -> bool:
    """Tell what became of the files; false when the disk does not take it now, but may do so later."""
    files = [watch.told(job.folder) for watch in job.watches]
    pieces = chunks(files)
    try:
        for index, piece in enumerate(pieces, 1):
            job.capture.amended(PART_NAME, index, len(pieces), source_folder=job.folder, files=piece)
    except SpoolClosedError as error:
        LOG.info("sizes of a capture's files are left to SciFish: %s", error)
    except ScifishError as error:
        LOG.warning("sizes of a capture's files cannot be told yet: %s", error)
        return False
    return True
