"""A selection while somebody edits it: what it was, what it is now, and what that changes."""

from scidog.diff import Difference, difference
from scifish.errors import SelectionError
from scifish.selection import Entry, Selection, parse_selection


class Draft:
    """The entries of a selection under edit.

    Attributes
    ----------
    base
        The selection as SciDog has it; revision 0 when it was never saved.
    """

    def __init__(self, base: Selection) -> None:
        self.base = base
        self._entries = base.entries
        self._compared: tuple[tuple[Selection, tuple[Entry, ...]], Difference] | None = None

    @property
    def selection(self) -> Selection:
        """Return the selection as it stands now, with the revision that was edited."""
        return self.base.model_copy(update={"entries": self._entries})

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries as they stand now."""
        return self._entries

    @property
    def difference(self) -> Difference:
        """Return what is not saved yet; worked out once per change, for it is asked for every second."""
        compared = (self.base, self._entries)
        if self._compared is None or self._compared[0] != compared:
            self._compared = compared, difference(self.base, self.selection)
        return self._compared[1]

    @property
    def is_changed(self) -> bool:
        """Tell whether anything is not saved yet."""
        return self._entries != self.base.entries

    def add(self, entry: Entry) -> None:
        """Append an entry; raises SelectionError when its name is taken, and changes nothing."""
        self._become((*self._entries, entry))

    def replace(self, row: int, entry: Entry) -> None:
        """Put an entry in the place of another; raises SelectionError as ``add``."""
        self._become((*self._entries[:row], entry, *self._entries[row + 1 :]))

    def remove(self, row: int) -> None:
        """Take an entry out."""
        self._become((*self._entries[:row], *self._entries[row + 1 :]))

    def discard(self) -> None:
        """Go back to what SciDog has."""
        self._entries = self.base.entries

    def put_on_top_of(self, newest: Selection) -> None:
        """Keep the entries as they stand, to be saved as the revision after ``newest``."""
        self.base = newest

    def marks(self) -> list[str]:
        """Return ``added``, ``changed`` or nothing for every row."""
        if not self.is_changed:
            return [""] * len(self._entries)
        found = self.difference
        changed = [change.after for change in found.changed]
        return [
            "added" if entry in found.added else "changed" if entry in changed else ""
            for entry in self._entries
        ]

    def _become(self, entries: tuple[Entry, ...]) -> None:
        text = self.base.model_copy(update={"entries": entries}).model_dump_json()
        self._entries = parse_selection(text).entries


def empty_draft(name: str) -> Draft:
    """Return a draft of a new selection; raises SelectionError when the name is not acceptable."""
    try:
        return Draft(Selection(name=name))
    except ValueError as error:
        raise SelectionError(f"{name!r} is not a printable name of at most 100 characters") from error
