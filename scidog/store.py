"""Where selections are kept: the protocol that every store fulfils."""

from typing import Protocol

from scidog.saved import Contents, Saved


class Store(Protocol):
    """A place that keeps every revision of every selection, and the name of the active one.

    Every method may wait for the store (seconds at most) and raises ``StoreAwayError`` when it
    does not answer, ``StoreRefusedError`` when people must change something.
    """

    @property
    def place(self) -> str:
        """Where this is, for people; holds no secret."""

    def stamp(self) -> str:
        """Return a text that is another one after every change; cheap to ask for."""

    def is_new(self) -> bool:
        """Tell whether nothing was ever saved here; deleted selections were."""

    def contents(self) -> Contents:
        """Return what is there now."""

    def history(self, name: str) -> list[Saved]:
        """Return all revisions of a selection, newest first, deletions included; empty when unknown."""

    def add(self, saved: Saved) -> None:
        """Add a revision, durably, or nothing at all; adding the very same one again is no error.

        Raises
        ------
        RevisionTakenError
            When another revision of this name and number is there.
        """

    def set_active(self, name: str) -> None:
        """Make a name the active one, durably."""

    def close(self) -> None:
        """Give back connections; never waits for a store that does not answer."""
