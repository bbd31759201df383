"""One file of a capture, by its absolute path (pure)."""

import os.path
from dataclasses import dataclass
from typing import Any, Literal

from scifish.message_parts import DataFile


@dataclass(frozen=True)
class ScanFile:
    """One file of a scan.

    Attributes
    ----------
    path
        Absolute.
    entry
        Of a file that many scans share: the group that is this scan's.
    """

    path: str
    entry: str | None = None
    role: Literal["master", "external"] = "master"

    def told(self, folder: str | None, **known: Any) -> DataFile:
        """Return the file as a message tells it: below the source folder, else with its whole path."""
        return DataFile(path=relative_to(self.path, folder), entry=self.entry, role=self.role, **known)


def relative_to(path: str, folder: str | None) -> str:
    """Return a path below a folder relative to it, any other path as it is."""
    if folder and path.startswith(folder.rstrip("/") + "/"):
        return os.path.relpath(path, folder)
    return path
