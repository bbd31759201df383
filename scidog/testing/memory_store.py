"""A store in memory that can be told to be away; it passes the same contract as the real ones."""

from scidog.errors import RevisionTakenError, StoreAwayError
from scidog.saved import Contents, Saved


class MemoryStore:
    """Keeps revisions as long as it lives.

    Attributes
    ----------
    away
        While set, every method raises StoreAwayError with this text.
    """

    place = "memory"

    def __init__(self) -> None:
        self.away: str | None = None
        self._revisions: dict[tuple[str, int], Saved] = {}
        self._active: str | None = None

    def stamp(self) -> str:
        """Return how many revisions there are, and the active name."""
        self._answer()
        return f"{len(self._revisions)} {self._active}"

    def is_new(self) -> bool:
        """Tell whether there is no revision at all."""
        self._answer()
        return not self._revisions

    def contents(self) -> Contents:
        """Return the newest revisions and the active name."""
        self._answer()
        newest = {name: saved for (name, _), saved in sorted(self._revisions.items())}
        return Contents(
            active=self._active, newest=tuple(saved for saved in newest.values() if not saved.deleted)
        )

    def history(self, name: str) -> list[Saved]:
        """Return all revisions of a selection, newest first."""
        self._answer()
        return [saved for (owner, _), saved in sorted(self._revisions.items(), reverse=True) if owner == name]

    def add(self, saved: Saved) -> None:
        """Add a revision."""
        self._answer()
        if self._revisions.setdefault((saved.name, saved.revision), saved) != saved:
            raise RevisionTakenError(f"{saved.name!r} revision {saved.revision} exists")

    def set_active(self, name: str) -> None:
        """Replace the active name."""
        self._answer()
        self._active = name

    def close(self) -> None:
        """Nothing is held open."""

    def _answer(self) -> None:
        if self.away:
            raise StoreAwayError(self.away)
