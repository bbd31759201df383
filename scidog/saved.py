"""A saved revision of a selection, and everything a store holds at one instant."""

from pydantic import BaseModel, ConfigDict, Field

from scidog.errors import StaleRevisionError, UnknownSelectionError
from scifish.message_parts import UtcTime
from scifish.selection import Selection


class Saved(BaseModel):
    """One revision as it stands in the store. Revisions are never changed, only added."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    selection: Selection = Field(description="its author is a claim: TANGO knows no users")
    saved_at: UtcTime
    client: str | None = Field(default=None, description="host and process that saved it, as known to TANGO")
    deleted: bool = Field(default=False, description="true: this revision ends the selection")

    @property
    def name(self) -> str:
        """Return the selection's name."""
        return self.selection.name

    @property
    def revision(self) -> int:
        """Return the selection's revision, from 1."""
        return self.selection.revision


class Contents(BaseModel):
    """The newest revision of every selection that is not deleted, and which one is active."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    active: str | None = None
    newest: tuple[Saved, ...] = ()

    @property
    def names(self) -> list[str]:
        """Return the names of the selections, in alphabetical order."""
        return sorted(saved.name for saved in self.newest)

    @property
    def active_selection(self) -> Selection | None:
        """Return the active selection; none when none was chosen or the chosen one is gone."""
        return next((saved.selection for saved in self.newest if saved.name == self.active), None)

    def get(self, name: str) -> Selection:
        """Return a selection's newest revision; raise UnknownSelectionError naming those there are."""
        for saved in self.newest:
            if saved.name == name:
                return saved.selection
        there = ", ".join(self.names) or "none yet"
        raise UnknownSelectionError(f"there is no selection {name!r}; there are: {there}")


def next_revision(selection: Selection, newest: Saved | None) -> int:
    """Return the revision under which an edited selection is saved.

    Parameters
    ----------
    selection
        Its revision is the one that was edited; 0 for a new name.
    newest
        The newest revision in the store, a deletion included.

    Raises
    ------
    StaleRevisionError
        When the edited revision is not the newest; the text names both.
    """
    if newest is None or newest.deleted:
        if selection.revision in (0, newest.revision if newest else 0):
            return newest.revision + 1 if newest else 1
        what = f"revision {newest.revision} deleted it" if newest else "it was never saved"
        raise StaleRevisionError(f"{selection.name!r}: you edited revision {selection.revision}, but {what}")
    if selection.revision == newest.revision:
        return newest.revision + 1
    raise stale(selection, newest)


def stale(selection: Selection, newest: Saved) -> StaleRevisionError:
    """Return the error that names the edited revision and the one that is newer."""
    who = newest.selection.author or "somebody"
    when = newest.saved_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return StaleRevisionError(
        f"{selection.name!r}: you edited revision {selection.revision}, "
        f"but {who} saved revision {newest.revision} at {when}; merge and save again"
    )
