"""The keeper of a beamline's session: opens, closes, changes the sample, and watches over it all.

What is shown is always in memory. What may take long runs elsewhere: the office and the folders on
the thread of whoever calls ``open_session``, the MacroServers on their followers' threads.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from pathfixer.condition import Condition, condition_of
from pathfixer.errors import BusyError, PathFixerError, RefusedError, StoreError
from pathfixer.follower import Run
from pathfixer.followers import Followers
from pathfixer.office_memory import OfficeMemory
from pathfixer.open_request import OpenRequest
from pathfixer.opening import Opener, Tell
from pathfixer.scan_dir import Target
from pathfixer.sessions import closed_document, history_line, place_of, with_sample
from pathfixer.store import Identities, Step, Store, Wish
from pathfixer.watch import TreeWatch, changed_folder, identities
from scifish.faultpoints import reached
from scifish.session import Session
from sdm.errors import SdmError
from sdm.file_worker import FileWorker
from sdm.findings import Finding
from sdm.folder_plan import FolderPlan

FOLLOW_S = 3.0
"""A switch waits so long to be able to say how the MacroServers followed; they go on by themselves."""

SWITCH_WAIT_S = 15.0
"""A switch waits so long for a look at the folders, or a sample's folder, to be done."""

WATCH_S = 10.0
"""The folders are looked at this often."""

HISTORY = 50
"""So many lines are shown."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a keeper works with; ``servers_of`` tells the MacroServers of an endstation."""

    beamline: str
    unowned_path: str
    free_limit_gib: float
    servers_of: Callable[[str | None], tuple[str, ...]]
    store: Store
    opener: Opener
    files: FileWorker
    followers: Followers
    office: OfficeMemory
    watch: TreeWatch
    run: Run
    clock: Callable[[], datetime]
    standing_complaints: tuple[str, ...] = ()


class Keeper:
    """Keeps the session of one PathFixer; made by ``assembly.assemble``.

    Its methods may be called from any thread; its properties never wait.
    """

    def __init__(self, parts: Parts, on_change: Callable[[], None]) -> None:
        self._parts = parts
        self._on_change = on_change
        self._session = parts.store.last() or closed_document(0, parts.beamline, parts.unowned_path)
        self._wish = parts.store.wish()
        self._folders = parts.store.folders()
        self._history = deque(parts.store.history(HISTORY), HISTORY)
        self._sample_problem: str | None = None
        self._switch = threading.Lock()
        self._activity: str | None = None
        self._stopped = threading.Event()

    @property
    def session(self) -> Session:
        """The session, open or closed."""
        return self._session

    @property
    def sample(self) -> str:
        """The sample asked for last; its folder may still be in the making."""
        return self._wish.sample if self._wish else self._session.sample or ""

    @property
    def office(self) -> OfficeMemory:
        """What the user office said last."""
        return self._parts.office

    @property
    def scan_dirs(self) -> list[str]:
        """One line per MacroServer: where its scans go."""
        return [report.line for report in self._parts.followers.reports()]

    @property
    def history(self) -> list[str]:
        """One line per session or change of sample, newest first; the store keeps them all."""
        return [history_line(step.at, step.client, step.session) for step in tuple(self._history)]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The newest steps of the history, newest first."""
        return tuple(self._history)

    @property
    def condition(self) -> Condition:
        """State and status."""
        watch = self._parts.watch
        complaints = [*self._parts.standing_complaints, watch.broken, watch.silent, self._sample_problem]
        return condition_of(
            self._session,
            self._activity,
            [watch.fault] if watch.fault else [],
            [*(text for text in complaints if text), *self._parts.followers.complaints()],
            [*self._session.warnings, *([self.office.problem] if self.office.problem else [])],
        )

    def start(self) -> None:
        """Show the stored session to the MacroServers, and begin to watch."""
        self._parts.followers.start(self._parts.run)
        self._follow()
        self._parts.office.refresh()
        self._parts.run(self._watch_for_ever)

    def stop(self) -> None:
        """End everything; waits for nobody."""
        self._stopped.set()
        self._parts.followers.stop()
        self._parts.files.close()
        self._parts.store.close()

    def open_session(self, request: OpenRequest, client: str, tell: Tell) -> list[str]:
        """Open a session, or switch to another one.

        Until the commit everything shows the old session.

        Returns
        -------
        list of str
            What people should see to: rights that could not be set, MacroServers that did not follow.

        Raises
        ------
        PathFixerError
            RefusedError, BusyError or StoreError; the old session stays.
        SdmError
            The user office or the file system failed; the old session stays.
        """
        with self._switching(f"opening a session for {request.proposal}"):
            prepared = self._parts.opener.prepare(request, self._session.revision + 1, tell)
            reached("pathfixer-folders-made")
            self._commit(prepared.session, client, identities(prepared.folders))
        self._parts.followers.wait(FOLLOW_S)
        return [*prepared.session.warnings, *self._parts.followers.complaints()]

    def close_session(self, client: str) -> list[str]:
        """Close the session; scans go to the folder for unowned ones. Returns complaints."""
        with self._switching("closing the session"):
            if self._session.state == "open":
                closed = closed_document(
                    self._session.revision + 1, self._session.beamline, self._parts.unowned_path
                )
                self._commit(closed, client, {})
        self._parts.followers.wait(FOLLOW_S)
        return self._parts.followers.complaints()

    def set_sample(self, text: str, client: str) -> None:
        """Change the sample; returns at once, the folder and ScanDir follow in the background.

        Raises
        ------
        RefusedError
            There is no session, or the name is not allowed.
        BusyError
            The session is being switched.
        StoreError
            The wish could not be remembered.
        """
        session = self._session
        if self._activity:
            raise BusyError(f"{self._activity}: write Sample when that is done")
        if session.state != "open" or session.proposal is None:
            raise RefusedError(f"sample {text!r} is refused: no session is open")
        sample = self._parts.opener.sample_folder(session.category, session.proposal, text.strip())
        self._sample_problem = None
        if sample == self.sample:
            return
        self._wish = Wish(sample=sample, client=client)
        self._parts.store.set_wish(self._wish)
        self._on_change()
        self._parts.run(self._fulfil_wish)

    def check(self) -> list[Finding]:
        """Look at everything that a scan needs, one finding per line; raises SdmError."""
        session = self._session
        plan = self._plan()
        folder = session.sample_path if plan else self._parts.unowned_path
        complaints = self._parts.followers.complaints()
        findings = [
            *self._parts.files.check(plan, folder, self._parts.free_limit_gib),
            *(Finding(part="ScanDir", ok=False, finding=text, cure=_SCAN_DIR_CURE) for text in complaints),
        ]
        if not complaints and self.scan_dirs:
            findings.append(Finding(part="ScanDir", ok=True, finding="; ".join(self.scan_dirs)))
        return findings

    def repair(self) -> list[Finding]:
        """Repair the session's folders as far as that loses nothing; raises RefusedError without one."""
        with self._switching("repairing the folders"):
            plan = self._plan()
            if plan is None:
                raise RefusedError("there is no session whose folders could be repaired: open one")
            findings = self._parts.files.repair(plan)
        self._look()
        return findings

    @contextmanager
    def _switching(self, activity: str) -> Iterator[None]:
        if self._activity or not self._switch.acquire(timeout=SWITCH_WAIT_S):
            raise BusyError(f"{self._activity or 'the folders hang'}: ask again when that is done")
        try:
            self._activity = activity
            self._on_change()
            yield
        finally:
            self._activity = None
            self._switch.release()
            self._on_change()

    def _commit(
        self, session: Session, client: str, folders: Identities, fulfilled: Wish | None = None
    ) -> None:
        step = Step(at=self._parts.clock().isoformat(timespec="seconds"), client=client, session=session)
        self._parts.store.commit(step, folders, fulfilled)
        reached("pathfixer-committed")
        self._session, self._folders, self._sample_problem = session, folders, None
        self._history.appendleft(step)
        if fulfilled is None:
            self._parts.watch.broken = None
        if fulfilled is None or self._wish is fulfilled:
            self._wish = None
        self._on_change()
        self._follow()

    def _follow(self) -> None:
        session, unowned = self._session, Target(self._parts.unowned_path)
        is_safe = session.state == "open" and not self._parts.watch.broken
        target = Target(session.sample_path, session.path) if is_safe else unowned
        self._parts.followers.follow(target, unowned, self._parts.servers_of(session.endstation))

    def _fulfil_wish(self) -> None:
        with self._switch:
            wish = self._wish
            if wish is None or self._stopped.is_set():
                return
            try:
                self._change_sample(wish)
            except (SdmError, PathFixerError) as error:
                self._give_up(wish, error)

    def _change_sample(self, wish: Wish) -> None:
        made = self._parts.files.make(self._parts.opener.plan(place_of(self._session, wish.sample)))
        folders = identities(made)
        broken = changed_folder(folders, self._folders)
        if broken:
            self._parts.watch.broken = broken
            self._follow()
            raise RefusedError(broken)
        self._commit(with_sample(self._session, wish.sample), wish.client, folders, wish)

    def _give_up(self, wish: Wish, error: Exception) -> None:
        if self._stopped.is_set():
            return
        with suppress(StoreError):
            self._parts.store.drop_wish(wish)
        if self._wish == wish:
            self._wish = None
        self._sample_problem = f"sample {wish.sample!r} could not be set: {error}"
        self._on_change()

    def _plan(self) -> FolderPlan | None:
        is_open = self._session.state == "open"
        return self._parts.opener.plan(place_of(self._session)) if is_open else None

    def _watch_for_ever(self) -> None:
        self._fulfil_wish()
        while not self._stopped.is_set():
            try:
                self._look()
            except Exception:
                log.exception("cannot look at the folders")
            self._stopped.wait(WATCH_S)

    def _look(self) -> None:
        if not self._switch.acquire(blocking=False):
            return
        try:
            self._parts.watch.look(self._plan(), self._folders)
            self._follow()
        finally:
            self._switch.release()
        self._on_change()


_SCAN_DIR_CURE = "senv ScanDir in Spock, or the property PutBack; a dead MacroServer follows when it is back"
