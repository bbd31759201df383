"""When is a scan's file complete? (pure: the clock, the sizes and the look into it are handed in)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from sardana_recorders.files import ScanFile
from scifish.message_parts import DataFile

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
    """

    def __init__(self, file: ScanFile) -> None:
        self.file = file
        self.complete = False
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
        if stat is None or self.complete:
            return
        if self.file.entry:
            self.complete = entry_has_ended(self.file.path, self.file.entry)
        else:
            self.complete = now - self._since >= SETTLE_S

    def told(self, folder: str | None) -> DataFile:
        """Return the file with size, time and ``complete``; False says that we gave up waiting."""
        if self._last is None:
            return self.file.told(folder, complete=False)
        seconds = self._last.mtime_ns / 1e9
        changed = datetime.fromtimestamp(seconds, timezone.utc)
        return self.file.told(folder, size=self._last.size, time=changed, complete=self.complete)
