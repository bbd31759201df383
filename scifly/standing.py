"""What SciFly shows, and what it says of itself (pure)."""

from dataclasses import dataclass, field
from enum import Enum


class Standing(Enum):
    """How SciFly stands."""

    WATCHING = "watching"
    NOTHING_TO_WATCH = "nothing to watch"
    OFF = "switched off"
    TROUBLE = "trouble"


@dataclass
class Report:
    """What there is to tell after each look.

    Attributes
    ----------
    enabled
        New files are captured.
    watched_path
        Folder that is followed; empty: none.
    left_folders
        Folders of earlier sessions with files still to come.
    seen, captured
        Files since this process began.
    settling, failed
        Files that are not captured yet; those among them that could not be.
    last_files
        One JSON text per file, newest first.
    note
        Why no folder is known, or whose it is, for people.
    problems
        What people must do something about.
    notes
        What they should know.
    """

    enabled: bool = True
    watched_path: str = ""
    left_folders: int = 0
    seen: int = 0
    settling: int = 0
    captured: int = 0
    failed: int = 0
    last_files: list[str] = field(default_factory=list)
    note: str = ""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def standing(report: Report) -> tuple[Standing, str]:
    """Return how SciFly stands, and that in words."""
    if report.problems:
        more = f" (and {len(report.problems) - 3} more)" if len(report.problems) > 3 else ""
        return Standing.TROUBLE, "; ".join(report.problems[:3]) + more
    if not report.enabled:
        return Standing.OFF, "switched off: new files are left alone (write Enabled to switch on)"
    if not report.watched_path:
        return Standing.NOTHING_TO_WATCH, f"no folder to watch: {report.note}"
    notes = "; ".join(filter(None, [report.note, *report.notes]))
    left = f", and {report.left_folders} left before" if report.left_folders else ""
    return Standing.WATCHING, f"watching {report.watched_path}{left}; {notes}"
