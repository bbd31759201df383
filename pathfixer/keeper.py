"""The keeper of a beamline's session: opens it, closes it, and watches over it.

What is shown is always in memory. What may take long runs elsewhere: the office and the folders on
the thread of whoever calls ``open_session``, the MacroServers on their followers' threads.
"""

import logging
import threading
from collections.abc import Callable

from pathfixer.activity import Activity
from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.admission.recheck import Recheck
from pathfixer.condition import Condition, condition_of
from pathfixer.current import Change, Current
from pathfixer.errors import PathFixerError, RefusedError
from pathfixer.following.destination import Destination
from pathfixer.open_request import CloseRequest, OpenRequest, Request
from pathfixer.opening import Prepared, Tell
from pathfixer.parts import Parts
from pathfixer.sample_changes import SampleChanges
from pathfixer.sessions import closed_document, objection_to, place_of
from pathfixer.visits.desk import VisitDesk
from scifish.faultpoints import reached
from scifish.session import Session
from sdm.errors import SdmError
from sdm.folders.findings import Finding
from sdm.folders.identity import identities
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Tell as TreeTell
from sdm.folders.progress import quiet

FOLLOW_S = 3.0
"""A switch waits so long to be able to say how the MacroServers followed; they go on by themselves."""

WATCH_S = 5.0
"""The folders are looked at this often; a replaced one is to be noticed within 10 s."""

NO_REASON = CloseRequest()

log = logging.getLogger(__name__)


class Keeper:
    """Keeps the session of one PathFixer; made by ``assembly.assemble``.

    Its methods may be called from any thread; its properties never wait.
    """

    def __init__(self, parts: Parts, on_change: Callable[[], None]) -> None:
        self._parts = parts
        self._on_change = on_change
        self._activity = Activity(on_change)
        closed = closed_document(0, parts.beamline, parts.unowned_path)
        self.current = Current(parts.store, closed, parts.clock, on_change)
        self.destination = Destination(
            self.current,
            parts.watch,
            parts.macro_servers,
            parts.listeners,
            parts.endstation_of,
            parts.unowned_path,
        )
        self.samples = SampleChanges(
            self.current,
            self._activity,
            parts.watch,
            self.destination,
            parts.opener,
            parts.run,
        )
        self.recheck = Recheck(self.current, self._activity, parts.judge, parts.recheck_interval_s)
        self.visits = VisitDesk(
            parts.closing,
            parts.tending,
            self._activity,
            self.current,
            parts.files,
            parts.inspector,
            parts.opener.plan,
        )
        self._stopped = threading.Event()

    @property
    def session(self) -> Session:
        """The session, open or closed."""
        return self.current.session

    @property
    def office(self) -> OfficeMemory:
        """What the user office said last."""
        return self._parts.office

    @property
    def warnings(self) -> list[str]:
        """What was found when the session was opened, and a sample that is older than its visit."""
        stale = self.samples.warning
        return [*self.session.warnings, *([stale] if stale else [])]

    @property
    def condition(self) -> Condition:
        """State and status."""
        parts, watch = self._parts, self._parts.watch
        broken = f"{watch.broken}. Until then scans go to {parts.unowned_path}" if watch.broken else None
        session = self.session
        found = [
            broken,
            watch.silent,
            self.visits.complaint(session),
            objection_to(session),
            parts.growth.problem,
            self.samples.problem,
        ]
        return condition_of(
            self.session,
            self._activity.text,
            [watch.fault] if watch.fault else [],
            [
                *parts.standing_complaints,
                *(text for text in found if text),
                *self.destination.complaints(),
                *parts.siblings.complaints,
            ],
            [*self.warnings, *([self.office.problem] if self.office.problem else [])],
        )

    def start(self) -> None:
        """Show the stored session to the MacroServers, and begin to watch."""
        self.destination.start(self._parts.run)
        self._watch_growth()
        self._parts.run(self._parts.guard.prepare)
        self._parts.siblings.start(self._parts.run)
        self._parts.office.start()
        self._parts.run(self.recheck.for_ever)
        self._parts.run(self._watch_for_ever)
        self._parts.run(self.visits.tend_for_ever)

    def stop(self) -> None:
        """End everything; waits for nobody."""
        self._stopped.set()
        self.samples.stop()
        self.recheck.stop()
        self.visits.stop()
        self.destination.stop()
        self._parts.office.stop()
        for part in (self._parts.guard, self._parts.growth, self._parts.files, self._parts.store):
            part.close()
        self._parts.siblings.stop()

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
        with self._activity.switching(f"opening a session for {request.proposal}"):
            place = self._parts.opener.endstation(request.endstation)
            forced = self._let_pass(request, place)
            reached("pathfixer.begun")
            left = self._last_look()
            revision, known = self.session.revision + 1, self.current.folders_of
            with self._parts.opener.prepared(request, revision, known, tell) as prepared:
                reached("pathfixer.folders-made")
                if not forced:  # the office may have taken minutes: a macro may have begun meanwhile
                    self._let_pass(request, place)
                self.current.commit(_opened(prepared, request, client, forced))
            self._switched()
        self._tell_of_the_visit(request.proposal)
        self.destination.wait(FOLLOW_S)
        return [*left, *self.warnings, *self.destination.complaints()]

    def close_session(self, client: str, request: CloseRequest = NO_REASON) -> list[str]:
        """Close the session; scans go to the folder for unowned ones.

        Returns
        -------
        list of str
            What people should see to.

        Raises
        ------
        PathFixerError
            RefusedError, BusyError or StoreError; the session stays open.
        """
        left: list[str] = []
        with self._activity.switching("closing the session"):
            if self.current.is_open:
                forced = self._let_pass(request)
                reached("pathfixer.begun")
                left = self._last_look()
                revision = self.session.revision + 1
                closed = closed_document(revision, self._parts.beamline, self._parts.unowned_path)
                self.current.commit(Change(closed, "closed", client, request.asker, forced))
                self._switched()
        self.destination.wait(FOLLOW_S)
        return [*left, *self.destination.complaints()]

    def check(self, tell: TreeTell = quiet) -> list[Finding]:
        """Look at everything that a scan needs, one finding per line; raises SdmError."""
        session = self.session
        plan = self._plan()
        folder = session.sample_path if plan else self._parts.unowned_path
        complaints, lines = (
            self.destination.macro_servers.complaints(),
            self.destination.macro_servers.lines(),
        )
        findings = [
            *self._parts.files.check(plan, folder, self._parts.free_limit_gib, self._parts.writers),
            *self.visits.check(plan, tell),
            *(Finding(part="ScanDir", ok=False, finding=text, cure=_SCAN_DIR_CURE) for text in complaints),
        ]
        if not complaints and lines:
            findings.append(Finding(part="ScanDir", ok=True, finding="; ".join(lines)))
        return [*findings, *self.destination.listener_findings()]

    def repair(self) -> list[Finding]:
        """Repair the session's folders as far as that loses nothing; those made anew are known from then on.

        Raises
        ------
        PathFixerError
            RefusedError without a session, BusyError, or StoreError.
        SdmError
            A folder is not the one it was, or the file system failed.
        """
        with self._activity.switching("repairing the folders"):
            plan = self._plan()
            if plan is None:
                raise RefusedError("there is no session whose folders could be repaired: open one")
            repaired = self._parts.files.repair(plan, self.current.folders_of(plan))
            self.current.learn_made(identities(repaired.made))
        self._look()
        return repaired.findings

    def _tell_of_the_visit(self, proposal: str) -> None:
        """Write a new visit's sheet, and learn whether somebody closed the visit at this very moment."""
        try:
            self._parts.sheets.look(proposal)
        except (PathFixerError, SdmError) as error:
            log.warning("the sheets of proposal %s wait for the next look: %s", proposal, error)

    def _last_look(self) -> list[str]:
        """Return what is wrong with the folders of the session that is about to be left."""
        if not self.current.is_open:
            return []
        self._parts.watch.look(self._plan(), self.current.folders)
        broken = self._parts.watch.broken
        return [f"while the session was open: {broken}"] if broken else []

    def _let_pass(self, request: Request, *endstations: str | None) -> str:
        left = [self.session.endstation] if self.current.is_open else []
        return self._parts.guard.let_pass(self.session, [*left, *endstations], request)

    def _switched(self) -> None:
        self._parts.watch.broken = None
        self.destination.follow()
        reached("pathfixer.followed")
        self._watch_growth()

    def _watch_growth(self) -> None:
        self._parts.growth.watch(self.session.path if self.current.is_open else None)

    def _plan(self) -> FolderPlan | None:
        return self._parts.opener.plan(place_of(self.session)) if self.current.is_open else None

    def _watch_for_ever(self) -> None:
        self.samples.fulfil()
        while not self._stopped.is_set():
            try:
                self._look()
            except Exception:  # edge of the thread: it must look again
                log.exception("cannot look at the folders")
            self._stopped.wait(WATCH_S)

    def _look(self) -> None:
        with self._activity.unless_switching() as may_look:
            if not may_look:
                return
            self._parts.watch.look(self._plan(), self.current.folders)
            self._watch_growth()
            self.destination.follow()
        self._on_change()


def _opened(prepared: Prepared, request: OpenRequest, client: str, forced: str) -> Change:
    return Change(
        prepared.session,
        "opened",
        client,
        request.asker,
        forced,
        identities(prepared.folders),
        beside=prepared.note_visit,
    )


_SCAN_DIR_CURE = "senv ScanDir in Spock, or the property PutBack; a dead MacroServer follows when it is back"
