"""The history of a selection: who says they saved what, when, and what that changed."""

from pydantic import BaseModel, ConfigDict, Field

from scidog.diff import Difference, difference, summary
from scidog.errors import UnknownSelectionError
from scidog.saved import Saved
from scifish.message_parts import UtcTime
from scifish.selection import Selection


class HistoryLine(BaseModel):
    """One revision, for people. Names are claims: TANGO knows no users."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    revision: int
    saved_at: UtcTime
    author: str | None = None
    client: str | None = None
    comment: str | None = None
    entries: int = Field(ge=0, description="how many")
    deleted: bool = False
    what: str = Field(description="what it changed, in words")


def history_lines(revisions: list[Saved]) -> list[HistoryLine]:
    """Return one line per revision, in the order given: newest first."""
    previous = [*revisions[1:], None]
    return [_line(saved, before) for saved, before in zip(revisions, previous, strict=True)]


def revision_of(revisions: list[Saved], name: str, revision: int) -> Selection:
    """Return one revision out of a history; raise UnknownSelectionError naming those there are."""
    for saved in revisions:
        if saved.revision == revision:
            return saved.selection
    there = ", ".join(str(saved.revision) for saved in revisions) or "none"
    raise UnknownSelectionError(f"{name!r} has no revision {revision}; there are: {there}")


def difference_of(revisions: list[Saved], name: str, old: int, new: int) -> Difference:
    """Compare two revisions out of a history; raise UnknownSelectionError when one is not there."""
    return difference(revision_of(revisions, name, old), revision_of(revisions, name, new))


def _line(saved: Saved, before: Saved | None) -> HistoryLine:
    selection = saved.selection
    return HistoryLine(
        revision=saved.revision,
        saved_at=saved.saved_at,
        author=selection.author,
        client=saved.client,
        comment=selection.comment,
        entries=len(selection.entries),
        deleted=saved.deleted,
        what=_what(saved, before),
    )


def _what(saved: Saved, before: Saved | None) -> str:
    if saved.deleted:
        return "deleted"
    if before is None or before.deleted:
        return "created"
    return summary(difference(before.selection, saved.selection))
