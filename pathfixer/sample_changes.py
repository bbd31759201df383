"""Changing the sample of the open session: remembered at once, its folder made in the background."""

import threading

from pathfixer.activity import Activity
from pathfixer.current import Current
from pathfixer.destination import Destination
from pathfixer.errors import BusyError, PathFixerError, RefusedError
from pathfixer.follower import Run
from pathfixer.opening import Opener
from pathfixer.sessions import place_of, with_sample
from pathfixer.store import Wish
from pathfixer.watch import TreeWatch
from sdm.errors import ReplacedError, SdmError
from sdm.file_worker import FileWorker
from sdm.folder_identity import identities


class SampleChanges:
    """Takes samples and fulfils them, the last one only.

    Parameters
    ----------
    current, activity, watch, destination
        The session, who changes it now, its folders, and who follows it.
    opener, files
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
        files: FileWorker,
        run: Run,
    ) -> None:
        self._current = current
        self._activity = activity
        self._watch = watch
        self._destination = destination
        self._opener = opener
        self._files = files
        self._run = run
        self._failed: tuple[int, str] | None = None
        self._stopped = threading.Event()

    @property
    def problem(self) -> str | None:
        """Why the last sample was not set; none once another session or sample is."""
        failed = self._failed
        return failed[1] if failed and failed[0] == self._current.session.revision else None

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
        if sample != self._current.sample:
            self._current.ask_for(Wish(sample=sample, client=client))
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
                    self._failed = (self._current.session.revision, problem)
                    self._current.give_up(wish)

    def stop(self) -> None:
        """Begin nothing more, and complain no more."""
        self._stopped.set()

    def _change(self, wish: Wish) -> None:
        session = self._current.session
        plan = self._opener.plan(place_of(session, wish.sample))
        try:
            made = self._files.make(plan, self._current.folders_of(plan))
        except ReplacedError as error:
            self._watch.broken = str(error)
            self._destination.follow()
            raise
        self._current.commit(with_sample(session, wish.sample), wish.client, identities(made), wish)
        self._destination.follow()
