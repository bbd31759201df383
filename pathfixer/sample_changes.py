"""Changing the sample of the open session: remembered at once, its folder made in the background."""

import threading

from pathfixer.activity import Activity
from pathfixer.current import Change, Current
from pathfixer.errors import BusyError, PathFixerError, RefusedError
from pathfixer.following.destination import Destination
from pathfixer.following.follower import Run
from pathfixer.opening import Opener
from pathfixer.sessions import place_of, stale_sample, with_sample
from pathfixer.steps import Wish
from pathfixer.watch import TreeWatch
from scifish.faultpoints import reached
from scifish.session import Session
from sdm.errors import ReplacedError, SdmError
from sdm.folders.identity import identities
from sdm.folders.walk import FolderState


class SampleChanges:
    """Takes samples and fulfils them, the last one only.

    Parameters
    ----------
    current, activity, watch, destination
        The session, who changes it now, its folders, and who follows it.
    opener
        How a sample's folder is called, and who makes it.
    run
        Runs a function on a daemon thread.
    """

    def __init__(
        self,
        current: Current,
        activity: Activity,
        watch: TreeWatch,
        destination: Destination,
        opener: Opener,
        run: Run,
    ) -> None:
        self._current = current
        self._activity = activity
        self._watch = watch
        self._destination = destination
        self._opener = opener
        self._run = run
        self._failed: tuple[Session, str] | None = None
        self._stopped = threading.Event()

    @property
    def problem(self) -> str | None:
        """Why the last sample was not set; none once another session or sample is."""
        failed = self._failed
        if failed is None or self._current.wish:
            return None
        return failed[1] if _same(failed[0], self._current.session) else None

    @property
    def warning(self) -> str | None:
        """Why the sample may be an earlier visit's; writing it anew confirms it."""
        session = self._current.session
        begins = self._opener.visit_begins(session.visit) if session.visit else None
        return stale_sample(self._current.steps, session, begins)

    def ask(self, text: str, client: str) -> None:
        """Take another sample; returns at once.

        Raises
        ------
        RefusedError
            There is no session, or the name is not allowed.
        BusyError
            The session is being switched.
        StoreError
            The wish could not be remembered.
        """
        session = self._current.session
        if self._activity.text:
            raise BusyError(f"{self._activity.text}: write Sample when that is done")
        if session.state != "open" or session.proposal is None:
            raise RefusedError(f"sample {text!r} is refused: no session is open")
        sample = self._opener.sample_folder(session.category, session.proposal, text.strip())
        self._failed = None
        if sample != self._current.sample or self.warning:
            self._current.ask_for(Wish(sample=sample, client=client), session)
            reached("pathfixer.sample-asked")
            self._run(self.fulfil)

    def fulfil(self) -> None:
        """Make the folder of the sample that is asked for, and let everybody follow."""
        with self._activity.after_the_switch():
            wish = self._current.wish
            if wish is None or self._stopped.is_set():
                return
            try:
                self._change(wish)
            except (SdmError, PathFixerError) as error:
                if not self._stopped.is_set():
                    problem = f"sample {wish.sample!r} could not be set: {error}"
                    self._failed = (self._current.session, problem)
                    self._current.give_up(wish)

    def stop(self) -> None:
        """Begin nothing more, and complain no more."""
        self._stopped.set()

    def _change(self, wish: Wish) -> None:
        session = self._current.session
        wanted = place_of(session, wish.sample)
        try:
            with self._opener.made(wanted, self._current.folders_of) as (place, made):
                reached("pathfixer.sample-made")
                self._current.commit(_with_sample(session, place.sample, wish, made))
        except ReplacedError as error:
            self._watch.broken = str(error)
            self._destination.follow()
            raise
        self._destination.follow()


def _same(one: Session, other: Session) -> bool:
    """Tell whether two revisions are of one session and have one sample."""
    return (one.opened_at, one.sample_path) == (other.opened_at, other.sample_path)


def _with_sample(session: Session, sample: str, wish: Wish, made: list[FolderState]) -> Change:
    return Change(
        with_sample(session, sample),
        "sample",
        wish.client,
        folders=identities(made),
        fulfilled=wish,
    )
