"""The session that is open, or that none is: on the disk before anybody sees it."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from pathfixer.errors import BusyError, StoreError
from pathfixer.sessions import history_line
from pathfixer.steps import BEGIN_ANEW, Step, What, Wish
from pathfixer.store import Store, Write, nothing
from scifish.faultpoints import reached
from scifish.session import Session
from sdm.folders.identity import Identities
from sdm.folders.plan import FolderPlan

HISTORY = 50
"""So many lines are shown; the store keeps them all."""


@dataclass(frozen=True)
class Change:
    """A session that is to be the current one, and who asked for it; see ``steps.Step``.

    ``beside`` writes what is to be on the disk with it, or not at all.
    """

    session: Session
    what: What
    client: str
    who: str = ""
    reason: str = ""
    folders: Identities = field(default_factory=dict)
    fulfilled: Wish | None = None
    beside: Write = nothing


class Current:
    """The newest session, its folders, and the sample that is asked for; reading never waits.

    Parameters
    ----------
    store
        What was committed in an earlier life is taken from it.
    closed
        The session to begin with when there never was one.
    clock
        Returns the time, aware.
    on_change
        Called when something that is shown has changed.
    """

    def __init__(
        self, store: Store, closed: Session, clock: Callable[[], datetime], on_change: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._on_change = on_change
        self._session = store.last() or closed
        self._folders = store.folders()
        self._wish = store.wish()
        self._history = deque(store.history(HISTORY), HISTORY)
        self._changing = threading.Lock()
        """Held while disk and memory are changed together."""

    @property
    def session(self) -> Session:
        """The session, open or closed."""
        return self._session

    @property
    def is_open(self) -> bool:
        """Whether a session is open."""
        return self._session.state == "open"

    @property
    def folders(self) -> Identities:
        """Every folder that a session ever had, as it was when it was seen first."""
        return self._folders

    def folders_of(self, plan: FolderPlan) -> Identities:
        """Return what the folders of a plan were, those that were ever seen."""
        return {path: self._folders[path] for _, path, _ in plan.walk() if path in self._folders}

    @property
    def wish(self) -> Wish | None:
        """The sample whose folder is yet to be made."""
        return self._wish

    @property
    def sample(self) -> str:
        """The sample asked for last; its folder may still be in the making."""
        return self._wish.sample if self._wish else self._session.sample or ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The newest steps of the history, newest first."""
        return tuple(self._history)

    @property
    def history(self) -> list[str]:
        """One line per session or change of sample, newest first."""
        return [history_line(step) for step in self.steps]

    def commit(self, change: Change) -> None:
        """Make a session the current one; raises StoreError, and then the old one stays.

        The wish that it fulfils is forgotten, and any wish when another session begins.
        """
        step = Step(
            at=self._clock().isoformat(timespec="seconds"),
            client=change.client,
            session=change.session,
            what=change.what,
            who=change.who,
            reason=change.reason,
        )
        with self._changing:
            self._store.commit(step, change.folders, change.fulfilled, change.beside)
            reached("pathfixer.committed")
            self._session, self._folders = change.session, {**self._folders, **change.folders}
            self._history.appendleft(step)
            if change.what in BEGIN_ANEW or self._wish is change.fulfilled:
                self._wish = None
        self._on_change()

    def learn_made(self, folders: Identities) -> None:
        """Take folders that were made anew as the known ones; raises StoreError."""
        self._store.remember_folders(folders)
        self._folders = {**self._folders, **folders}

    def learn(self, visit_folder: str, folders: Identities) -> None:
        """Take a visit's folders as they are now; raises StoreError."""
        self._store.learn_folders(visit_folder, folders)
        self._folders = self._store.folders()

    def ask_for(self, wish: Wish, session: Session) -> None:
        """Remember a sample whose folder is yet to be made.

        Raises
        ------
        BusyError
            ``session``, whose sample it is to be, has just been switched.
        StoreError
            It could not be remembered.
        """
        with self._changing:
            if self._session.path != session.path:
                raise BusyError(f"the session has just been switched: write Sample {wish.sample!r} again")
            self._store.set_wish(wish)
            self._wish = wish
        self._on_change()

    def give_up(self, wish: Wish) -> None:
        """Forget a wish that cannot be fulfilled, unless another one came since."""
        with self._changing:
            with suppress(StoreError):
                self._store.drop_wish(wish)
            if self._wish == wish:
                self._wish = None
        self._on_change()
