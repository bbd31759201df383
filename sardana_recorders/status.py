"""How a scan ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scifish.messages import Status

STOPPED, ABORTED, FAILED = 1, 2, 3
"""Sardana's ``ScanEndStatus``; 0 is a normal end."""


@dataclass(frozen=True)
class Flags:
    """What the user has asked for so far."""

    stopped: bool = False
    aborted: bool = False

    def since(self, earlier: "Flags") -> "Flags":
        """Return what has been asked for since: a scan begun by a stopped macro is not stopped itself."""
        return Flags(self.stopped and not earlier.stopped, self.aborted and not earlier.aborted)


NOTHING_ASKED = Flags()


def flags_of(macro: Any) -> Flags:
    """Return what the user has asked for, from attributes of a live macro and its executor."""
    own = getattr(macro, "__dict__", {})
    both = (own, getattr(own.get("_executor"), "__dict__", {}))
    return Flags(
        stopped=any(one.get("_stopped") for one in both),
        aborted=any(one.get("_aborted") for one in both),
    )


def is_told_to_stop(macro: Any) -> bool:
    """Tell whether Sardana has told the macro itself to stop, and not only its executor.

    A worker of its pool does so some milliseconds later, and tells the macro that runs at that moment. A
    scan that ended in between could be the one that is told, and the macro around it go on with the next.
    """
    return bool(getattr(macro, "__dict__", {}).get("_stopped"))


def status_at_end(flags: Flags, end_status: int | None) -> Status:
    """Return the status of a scan that told its end.

    Parameters
    ----------
    flags
        What the user asked for during the scan. They count before Sardana's end status, which
        says "exception" for some aborts (2 of 60 aborted ascans).
    end_status
        Sardana's own word, None when it has none.
    """
    if flags.aborted or end_status == ABORTED:
        return "aborted"
    if flags.stopped or end_status == STOPPED:
        return "stopped"
    return "failed" if end_status == FAILED else "completed"


def status_of_interrupt(flags: Flags) -> Status:
    """Return the status of a scan whose start or end was interrupted by the user."""
    return "stopped" if flags.stopped and not flags.aborted else "aborted"


def status_left_behind(macro_statuses: Iterable[Mapping[str, Any]]) -> tuple[Status, str]:
    """Return status and error of a scan that never told its end.

    Parameters
    ----------
    macro_statuses
        Sardana's last word on the scan's macro and those above it, innermost first: dictionaries
        with ``state`` (finish, stop, abort, exception, …) and ``exc_value``.
    """
    for macro_status in macro_statuses:
        state = macro_status.get("state")
        if state == "abort":
            return "aborted", "aborted before the scan could tell its end"
        if state == "stop":
            return "stopped", "stopped before the scan could tell its end"
        if state == "exception":
            return "failed", f"the scan could not tell its end: {macro_status.get('exc_value')}"
    return "interrupted", "the macro went on without ending its scan"


def error_text(error: BaseException | None) -> str | None:
    """Return an exception as one line: its type and what it says."""
    if error is None:
        return None
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
