"""SciDog without Tango: the selections, the active one, and what may be done to them.

Reading asks memory only; what changes or searches the store waits for it (seconds at most) and
belongs on a thread of its own.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from scidog.errors import (
    RefusedError,
    RevisionTakenError,
    StoreAwayError,
    StoreRefusedError,
    UnknownSelectionError,
)
from scidog.last_good import Copy, LastGood
from scidog.requests import DeleteRequest
from scidog.saved import Contents, Saved, next_revision, stale
from scidog.situation import Known
from scidog.store import Store
from scidog.wire_text import check_name
from scifish.selection import Selection

COPY_EVERY = timedelta(minutes=1)
"""The copy's age, after a restart without the store, is right to this much."""


def utc_now() -> datetime:
    """Return the time, UTC, in milliseconds: what every store can keep."""
    now = datetime.now(timezone.utc)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class SelectionService:
    """What the SciDog device is a shell of.

    Parameters
    ----------
    store
        Where selections are kept.
    last_good
        The copy on this host's disk.
    now
        The clock, UTC.
    """

    def __init__(self, store: Store, last_good: LastGood, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._last_good = last_good
        self._now = now
        self._stamp: str | None = None
        self._copied_at: datetime | None = None
        self._refreshing = threading.Lock()
        copy = last_good.load()
        self._known = Known(copy.contents, copy.as_of) if copy else Known()
        self._known_from_here = copy is not None and copy.place in (None, store.place)

    @property
    def known(self) -> Known:
        """What is known now; never waits."""
        return self._known

    def refresh(self) -> Known:
        """Ask the store what is there and keep a copy; when it is away, keep what is known."""
        with self._refreshing:
            try:
                self._take_over(self._store.stamp())
            except (StoreAwayError, StoreRefusedError) as error:
                self._known = replace(self._known, trouble=str(error))
            return self._known

    def get(self, name: str) -> Selection:
        """Return a selection's newest revision from memory; raise UnknownSelectionError."""
        return (self._known.contents or Contents()).get(name)

    def save(self, selection: Selection, client: str | None = None) -> Selection:
        """Save an edited selection as its next revision and return that.

        Parameters
        ----------
        selection
            Its revision is the one that was edited, 0 for a new selection.
        client
            Host and process that asked, as far as is known.

        Raises
        ------
        StaleRevisionError
            When the edited revision is not the newest; the text names both.
        RefusedError
            When TANGO could not carry its name.
        StoreAwayError, StoreRefusedError
            When the store did not take it; saving the same again is safe.
        """
        newest = self._newest(check_name(selection.name))
        if newest is not None and _is_that_save(newest, selection):
            self.refresh()
            return newest.selection
        return self._add(selection, next_revision(selection, newest), client).selection

    def delete(self, request: DeleteRequest, client: str | None = None) -> None:
        """End a selection; its history stays. Raises as ``save`` does, RefusedError for the active one."""
        contents = self._contents()
        if contents.active == request.name:
            raise RefusedError(f"{request.name!r} is the active selection: make another one active first")
        newest = contents.get(request.name)
        edited = newest.model_copy(update={"revision": request.revision, "author": request.author})
        self._add(edited, next_revision(edited, self._newest(request.name)), client, deleted=True)

    def switch(self, name: str) -> None:
        """Make a selection the active one; raise UnknownSelectionError when there is none of that name."""
        self._contents().get(name)
        self._store.set_active(name)
        self.refresh()

    def history(self, name: str) -> list[Saved]:
        """Return all revisions, newest first; raise UnknownSelectionError when there never was one."""
        revisions = self._history(name)
        if not revisions:
            raise UnknownSelectionError(f"no selection was ever called {name!r}")
        return revisions

    def close(self) -> None:
        """Give back the store's connections."""
        self._store.close()

    def _add(self, selection: Selection, revision: int, client: str | None, deleted: bool = False) -> Saved:
        numbered = selection.model_copy(update={"revision": revision})
        saved = Saved(selection=numbered, saved_at=self._now(), client=client, deleted=deleted)
        try:
            self._store.add(saved)
        except RevisionTakenError:
            newest = self._newest(selection.name)
            raise (stale(selection, newest) if newest else StoreAwayError("try again")) from None
        self.refresh()
        return saved

    def _newest(self, name: str) -> Saved | None:
        history = self._history(name)
        return history[0] if history else None

    def _history(self, name: str) -> list[Saved]:
        history = self._store.history(name)
        if not history:
            self._check_store()
        return history

    def _contents(self) -> Contents:
        contents = self._store.contents()
        if not contents.newest:
            self._check_store()
        return contents

    def _check_store(self) -> None:
        """Take an empty store where selections were for another one: its disk may not be mounted."""
        known = self._known.contents if self._known_from_here else None
        if known is not None and (known.newest or known.active) and self._store.is_new():
            raise StoreAwayError(
                f"{self._store.place} holds nothing, but held selections before: is its disk mounted? "
                f"To begin anew there, remove {self._last_good.path} and call Init"
            )

    def _take_over(self, stamp: str) -> None:
        now, contents = self._now(), self._known.contents
        changed = stamp != self._stamp or contents is None
        if changed or contents is None:
            contents = self._contents()
        copy_trouble = self._known.copy_trouble
        if changed or self._copied_at is None or now - self._copied_at >= COPY_EVERY:
            copy = Copy(as_of=now, place=self._store.place, contents=contents)
            copy_trouble, self._copied_at = self._last_good.save(copy), now
        self._known = Known(contents, now, None, copy_trouble)
        self._stamp, self._known_from_here = stamp, True


def _is_that_save(newest: Saved, selection: Selection) -> bool:
    """Tell whether this very save reached the store before, although its answer did not reach us."""
    expected = selection.model_copy(update={"revision": selection.revision + 1})
    return not newest.deleted and newest.selection == expected
