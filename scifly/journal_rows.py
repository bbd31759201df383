"""What the journal knows of a file, of a group of files that appeared together, and of a folder."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pydantic import BaseModel

from scifish.message_parts import Failure, ValueTree
from scifish.messages import Context
from scifish.producer import PidParts
from scifish.selection import Selection


class State(str, Enum):
    """How far a file has come; each step is on the disk before the next one begins."""

    SEEN = "seen"
    SETTLED = "settled"
    NAMED = "named"
    """Its pid is decided, its capture may or may not be committed: commit it (again)."""
    CLOSED = "closed"
    """Captured."""
    LEFT = "left"
    """Not ours: a scan names it, or SciFly was switched off when it appeared."""


class Beginning(BaseModel):
    """What was known when files appeared: frozen, whoever measures when they settle."""

    context: Context
    selection: Selection | None = None
    values: ValueTree = {}
    failures: list[Failure] = []


@dataclass
class FileRow:
    """One file in one folder, as it stands in the journal.

    Attributes
    ----------
    id
        Number of the row; 0 before it is written.
    folder, path
        Watched folder, and the file's path below it.
    size, mtime_ns
        As of the last step.
    inode
        To know a file again under another name.
    first_mtime_ns
        At the first look: by the same clock as the last modification, so that a duration makes sense.
    seen_ns
        First look, ns since the epoch, by this host's clock; ``start_ns`` of its pid.
    beginning
        Number of what was known when it appeared.
    revision
        Greatest revision that was, or is now to be, told of its pid.
    closed_ns
        When its capture was first committed, by this host's clock.
    """

    folder: str
    path: PurePosixPath
    profile: str
    size: int
    mtime_ns: int
    inode: int
    first_mtime_ns: int
    seen_ns: int
    beginning: int
    state: State = State.SEEN
    id: int = 0
    parts: PidParts | None = None
    pid: str | None = None
    revision: int = 0
    closed_ns: int = 0
    reason: str | None = None

    def stands_at(self, size: int, mtime_ns: int) -> bool:
        """Tell whether a file with this size and stamp is as it was at its last step."""
        return (self.size, self.mtime_ns) == (size, mtime_ns)

    def forget_capture(self, first_mtime_ns: int) -> None:
        """Begin anew: the next capture of this file is another dataset."""
        self.parts, self.pid, self.revision, self.closed_ns, self.beginning = None, None, 0, 0, 0
        self.first_mtime_ns = first_mtime_ns
