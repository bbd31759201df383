"""What lies in a folder; a hanging storage holds whoever asks, so it is asked in the background."""

import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

MOST = 1000
"""So many entries of a folder are shown."""


@dataclass(frozen=True)
class Entry:
    """One entry of a folder; ``size`` in bytes, none for a folder."""

    name: str
    is_folder: bool
    size: int | None
    changed_at: datetime


def list_folder(path: Path) -> list[Entry]:
    """Return what lies in a folder, folders first, then by name; links are not followed.

    Raises
    ------
    OSError
        The folder is not there, not readable, or not mounted on this computer.
    """
    with os.scandir(path) as found:
        entries = [entry for one in found if (entry := _entry(one)) is not None]
    return sorted(entries, key=lambda entry: (not entry.is_folder, entry.name))[:MOST]


def _entry(one: "os.DirEntry[str]") -> Entry | None:
    try:
        seen = one.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # taken away since the folder was read
    is_folder = one.is_dir(follow_symlinks=False)
    changed_at = datetime.fromtimestamp(seen.st_mtime, timezone.utc)
    return Entry(one.name, is_folder, None if is_folder else seen.st_size, changed_at)
