"""Reading what a Door's ``MacroStatus`` says (pure)."""

import json
from collections.abc import Sequence

from scifish.closing.rules import MacroReport

LONGEST_TEXT = 500


def read_macro_status(data: str | bytes) -> list[MacroReport]:
    """Return the reports of one event, none when it holds none.

    Sardana sends a JSON list with one object per macro: ``id``, ``state`` (start, step, stop,
    abort, exception, finish, pause, resume) and, after an exception, ``exc_value``.
    """
    try:
        found = json.loads(data) if data else []
    except ValueError:
        return []
    items = found if isinstance(found, list) else []
    return [_report(item) for item in items if isinstance(item, dict) and item.get("state")]


def _report(item: dict[str, object]) -> MacroReport:
    number, error = item.get("id"), item.get("exc_value")
    return MacroReport(
        id=None if number is None else str(number),
        state=str(item["state"]),
        error=str(error)[:LONGEST_TEXT] if error else None,
    )


def read_errors(lines: Sequence[str]) -> str:
    """Return what a Door's error output says, in one line."""
    return " ".join(" ".join(lines).split())[:LONGEST_TEXT]


def keep_latest(reports: Sequence[MacroReport], new: MacroReport, limit: int) -> list[MacroReport]:
    """Return the reports with a new one, one per macro, newest last, at most ``limit``."""
    others = [report for report in reports if report.id != new.id]
    return [*others, new][-limit:]
