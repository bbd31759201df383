"""What a check says: which part, whether it is good, what was found and what to do."""

from collections.abc import Callable, Iterable

from pydantic import BaseModel


class Finding(BaseModel):
    """One line of ``scizoo check``."""

    part: str
    ok: bool
    finding: str
    cure: str | None = None


Check = Callable[[], Iterable[Finding]]


def good(part: str, finding: str) -> Finding:
    """Return a green line."""
    return Finding(part=part, ok=True, finding=finding)


def bad(part: str, finding: str, cure: str) -> Finding:
    """Return a red line with what to do."""
    return Finding(part=part, ok=False, finding=finding, cure=cure)
