"""What was found in a folder, and what could not be looked at."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from scifly.settling import Look


@dataclass
class Listing:
    """One look.

    Attributes
    ----------
    everywhere
        The whole tree was looked at; otherwise only ``folders``, not what lies deeper.
    looks
        Regular files by their path relative to the watched folder.
    problems
        What could not be looked at, and why, for people.
    unread
        Folders that are there and could not be read to their end.
    """

    everywhere: bool
    folders: set[PurePosixPath] = field(default_factory=set)
    looks: dict[PurePosixPath, Look] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unread: set[PurePosixPath] = field(default_factory=set)

    def covers(self, folder: PurePosixPath) -> bool:
        """Tell whether a file of that folder is gone when it was not found."""
        if not self.everywhere and folder not in self.folders:
            return False
        return not self.unread or self.unread.isdisjoint((folder, *folder.parents))
