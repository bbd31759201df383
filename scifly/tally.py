"""Counts, and the last files, for people."""

import json
from collections import deque

from scifly.file_facts import utc
from scifly.folder import as_text
from scifly.journal_rows import FileRow, State
from scifly.steps import absolute

LAST_FILES = 50


class Tally:
    """What happened since this process began."""

    def __init__(self) -> None:
        self.seen = 0
        self.captured = 0
        self.failed: dict[int, str] = {}
        self._last: deque[str] = deque(maxlen=LAST_FILES)

    def note_captured(self, rows: list[FileRow]) -> None:
        """Count captures, and show them."""
        for row in rows:
            self.captured += 1
            self.failed.pop(row.id, None)
            self.show(row)

    def note_failed(self, rows: list[FileRow], reason: str) -> None:
        """Name what could not be captured yet."""
        for row in rows:
            self.failed[row.id] = reason

    def show(self, row: FileRow) -> None:
        """Put a file on top of the list."""
        facts = {
            "path": as_text(absolute(row)),
            "state": "captured" if row.state is State.CLOSED else row.state.value,
            "pid": row.pid,
            "size": row.size,
            "time": utc(row.mtime_ns).isoformat(),
            "reason": row.reason,
        }
        self._last.appendleft(json.dumps(facts))

    def last_files(self) -> list[str]:
        """Return one JSON text per file, newest first; ASCII, since Tango carries no more."""
        return list(self._last)
