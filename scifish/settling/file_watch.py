"""When is a capture's file complete? (pure: the clock, the sizes and the look into it are handed in)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from scifish.message_parts import DataFile
from scifish.scan_file import ScanFile

SETTLE_S = 1.0
"""A file without an end of its own is complete when it has not changed for this long."""


@dataclass(frozen=True)
class Stat:
    """Size in bytes and time of the last modification in ns since the epoch."""

    size: int
    mtime_ns: int


class FileWatch:
    """Follows one file until it is complete.

    Parameters
    ----------
    file
        The file; one with an entry is complete when the entry has its end.
    writer_gone
        Nobody is left to write the entry's end: one look at it says all.

    Attributes
    ----------
    complete
        It has its end.
    settled
        There is nothing to wait for: it is complete, or never will be.
    """

    def __init__(self, file: ScanFile, writer_gone: bool = False) -> None:
        self.file = file
        self.complete = self.settled = False
        self._writer_gone = writer_gone
        self._last: Stat | None = None
        self._since = 0.0

    def look(self, now: float, stat: Stat | None, entry_has_ended: Callable[[str, str], bool]) -> None:
        """Take what stands on the disk now.

        Parameters
        ----------
        now
            Monotonic clock, s.
        stat
            None: the file is not there.
        entry_has_ended
            Looks for the end of an entry in a file.
        """
        if stat != self._last:
            self._last, self._since = stat, now
        if stat is not None and not self.complete:
            self.complete = self._has_ended(now, entry_has_ended)
        self.settled = self.complete or (self._writer_gone and self._is_written_by_scan(stat))

    def told(self, folder: str | None) -> DataFile:
        """Return the file with size, time and ``complete``; False says that we gave up waiting."""
        if self._last is None:
            return self.file.told(folder, complete=False)
        seconds = self._last.mtime_ns / 1e9
        changed = datetime.fromtimestamp(seconds, timezone.utc)
        return self.file.told(folder, size=self._last.size, time=changed, complete=self.complete)

    def _has_ended(self, now: float, entry_has_ended: Callable[[str, str], bool]) -> bool:
        if self.file.entry:
            return entry_has_ended(self.file.path, self.file.entry)
        return now - self._since >= SETTLE_S

    def _is_written_by_scan(self, stat: Stat | None) -> bool:
        """Tell a file that ends with its scan's process; a detector may go on with one of its own."""
        return self.file.entry is not None or (stat is None and self.file.role == "master")
