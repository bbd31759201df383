"""What ``scizoo groups`` says about one proposal, for people and for programs. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sdm.groups.applying import Result
from sdm.groups.plan import Plan

MARKS = {"planned": "+", "done": "✓", "already so": "=", "failed": "✗", "not done": "·"}
HELD = "nothing is changed without --yes"
BLOCKED = "nothing is changed, whatever is asked for"


@dataclass(frozen=True)
class Report:
    """One proposal: its plan and what became of it, or why there is none."""

    proposal: str
    plan: Plan | None = None
    results: Sequence[Result] | None = None
    error: str = ""
    agreed: bool = False

    @property
    def red(self) -> bool:
        """Whether somebody has to see to it."""
        if self.plan is None:
            return True
        undone = any(result.state in ("failed", "not done") for result in self.results or ())
        held = bool(self.plan.holds) and not self.agreed
        return undone or held or bool(self.plan.problems or self.plan.blocks)

    def lines(self) -> Iterator[str]:
        """Yield the report for people, the headline first."""
        if self.plan is None:
            yield f"✗ {self.proposal}: {self.error}"
            return
        rows = list(self._rows())
        yield f"{self.proposal}, group {self.plan.group}: {_summary(rows)}"
        yield from (_line(*row) for row in rows)
        yield from (f"  ! {text}" for text in self.plan.problems)
        yield from (f"  ! held: {text}; {HELD}" for text in self.plan.holds if not self.agreed)
        yield from (f"  ! blocked: {text}; {BLOCKED}" for text in self.plan.blocks)
        yield from (f"  ~ {text}" for text in self.plan.warnings)

    def document(self) -> dict[str, Any]:
        """Return the report for programs."""
        if self.plan is None:
            return {"proposal": self.proposal, "error": self.error}
        names = ("state", "step", "note", "reason")
        return {
            "proposal": self.proposal,
            "group": self.plan.group,
            "steps": [dict(zip(names, row, strict=True)) for row in self._rows()],
            "problems": list(self.plan.problems),
            "holds": list(self.plan.holds),
            "blocks": list(self.plan.blocks),
            "warnings": list(self.plan.warnings),
        }

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        if self.results is None and self.plan:
            yield from (("planned", step.text, step.note, "") for step in self.plan.steps)
        for result in self.results or ():
            yield result.state, result.step.text, result.step.note, result.reason


def _summary(rows: Sequence[tuple[str, str, str, str]]) -> str:
    if not rows:
        return "nothing to do"
    counts = {state: sum(row[0] == state for row in rows) for state in MARKS}
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)


def _line(state: str, text: str, note: str, reason: str) -> str:
    beside = f" ({note})" if note else ""
    return f"  {MARKS[state]} {text}{beside}{f': {reason}' if reason else ''}"
