"""When a capture that nobody ended is over, and what is told of it then (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from scifish.message_parts import Failure
from scifish.messages import RANK_CLOSED, CaptureMessage, Status

AT_WORK = frozenset({"RUNNING", "STANDBY", "MOVING"})
"""States of a Door with a macro in it; STANDBY is a paused one."""
OUTCOME: dict[str, Status] = {"abort": "aborted", "stop": "stopped", "exception": "failed"}
"""What ``MacroStatus`` says of a macro that did not finish, in our words."""


@dataclass(frozen=True)
class OpenCapture:
    """A capture that has begun and whose end nobody has told."""

    pid: str
    door: str | None
    macro_id: str | None


@dataclass(frozen=True)
class MacroReport:
    """One entry of a Door's ``MacroStatus``: the last known of one macro."""

    id: str | None
    state: str
    error: str | None = None


@dataclass(frozen=True)
class Verdict:
    """How a capture ended that did not tell it itself."""

    status: Status
    error: str


def ended_by_new_start(
    open_door: str | None, open_macro: str, new_door: str | None, chain: Sequence[str]
) -> bool:
    """Tell whether a START shows that an open capture is over.

    On one Door scans are nested, never side by side: an open scan whose macro is not among the
    macros above the new scan cannot be running any more.

    Parameters
    ----------
    open_door, open_macro
        Door of the open capture, and the macro that ran it.
    new_door, chain
        Door of the new scan; its own macro and all macros above it, named in the same way.
    """
    if open_door is None or new_door is None or open_door.lower() != new_door.lower():
        return False
    return open_macro not in chain


def judge_door(
    state: str, reports: Sequence[MacroReport], macro_id: str | None, last_error: str = ""
) -> Verdict | None:
    """Return how a Door's open capture ended; None while its macro may be at work.

    Parameters
    ----------
    state
        Name of the Door's state.
    reports
        Last reports about its macros, oldest first.
    macro_id
        The outermost macro of the capture; None when it is not known.
    last_error
        What stands in the Door's error output: for want of a report, as after a restart of its server,
        whose events are heard again some ten seconds later.
    """
    if state in AT_WORK:
        return None
    mine = [report for report in reports if report.id == macro_id] if macro_id else reports[-1:]
    for report in reversed(mine):
        if report.state in OUTCOME:
            return Verdict(OUTCOME[report.state], report.error or f"the macro ended by {report.state}")
    if any(report.state == "finish" for report in mine):
        return Verdict("interrupted", "the macro finished without ending its scan")
    if state == "ALARM":
        return Verdict("failed", last_error or "the macro failed or was aborted; the Door is in ALARM")
    return Verdict("interrupted", f"the Door is {state} and the scan has not told its end")


def owner_is_gone(author: str, last_sign_of_life: datetime) -> Verdict:
    """Return the verdict on the captures of a process that died."""
    seen = last_sign_of_life.astimezone(timezone.utc).isoformat(timespec="seconds")
    return Verdict("interrupted", f"{author} ended without telling the end; its last sign of life: {seen}")


def closing_message(
    started: CaptureMessage, verdict: Verdict, author: str, revision: int, at: datetime
) -> CaptureMessage:
    """Return phase ``ended`` of a capture whose producer told none, complete from its last ``started``.

    Parameters
    ----------
    started
        Its newest ``started``.
    verdict
        How it ended.
    author
        ``scifish@<host>``.
    revision
        Greater than any of this author for this pid.
    at
        Until when the capture may have run.
    """
    end = max(at, started.start_time) if started.start_time else at
    failure = Failure(reason=f"no values of the end: {verdict.error}", phase="end")
    change = {
        "phase": "ended",
        "author": author,
        "rank": RANK_CLOSED,
        "revision": revision,
        "status": verdict.status,
        "error": verdict.error,
        "end_time": end.astimezone(timezone.utc),
        "failures": [*started.failures, failure],
    }
    return started.model_copy(update=change)
