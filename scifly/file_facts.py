"""What a capture's message says of its file (pure)."""

from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

from scifish.message_parts import DataFile
from scifly.folder import as_text
from scifly.journal_rows import FileRow
from scifly.profiles.profile import Profile

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def facts_of(row: FileRow, profile: Profile) -> dict[str, Any]:
    """Return the fields of phase ``ended`` that come from the file itself.

    Both times are stamps of the file server's clock: the end is the last modification, the start
    the modification that stood at our first look, or the end, if a copying program has set the
    file's time back since. This host's clock may be minutes off and is not mixed in.
    """
    name = as_text(PurePosixPath(row.path.name))
    return {
        "name": name,
        "title": name,
        "start_time": utc(min(row.first_mtime_ns, row.mtime_ns)),
        "end_time": utc(row.mtime_ns),
        "data_format": profile.format_of(row.path),
        **where(row),
    }


def where(row: FileRow) -> dict[str, Any]:
    """Return the fields that say where the file lies, and how large it is."""
    return {
        "source_folder": as_text(folder_of(row)),
        "files": [
            DataFile(
                path=as_text(PurePosixPath(row.path.name)),
                size=row.size,
                time=utc(row.mtime_ns),
                complete=True,
            )
        ],
    }


def folder_of(row: FileRow) -> PurePosixPath:
    """Return the absolute path of the folder that holds the file."""
    return PurePosixPath(row.folder) / row.path.parent


def utc(time_ns: int) -> datetime:
    """Return an instant given in ns since the epoch, to the microsecond."""
    return EPOCH + timedelta(microseconds=time_ns // 1000)
