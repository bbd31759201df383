"""The desk where staff give orders about visits, and where the visits are shown."""

from collections.abc import Callable

from pathfixer.activity import Activity
from pathfixer.current import Current
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.moved import MovedVisits
from pathfixer.visits.order import TreeOrder, VisitOrder
from pathfixer.visits.record import VisitRecord
from pathfixer.visits.tending import VisitTending
from scifish.session import Session
from sdm.errors import FolderError, WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.findings import Finding
from sdm.folders.identity import identities
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Tell, quiet
from sdm.path_rules import Place


class VisitDesk:
    """Takes orders about visits; each may take as long as the storage does.

    Parameters
    ----------
    closing, tending
        Closes visits and opens them again, as staff order it; looks after them by itself.
    activity, current
        What the session does, and whose folders are known.
    files, inspector
        Asks the file system; the second one for what takes long.
    plan
        Returns the folders of a place.
    """

    def __init__(
        self,
        closing: VisitClosing,
        tending: VisitTending,
        activity: Activity,
        current: Current,
        files: FileWorker,
        inspector: FileWorker,
        plan: Callable[[Place], FolderPlan],
    ) -> None:
        self._closing = closing
        self._tending = tending
        self._activity = activity
        self._current = current
        self._files = files
        self._inspector = inspector
        self._plan = plan
        self._moved = MovedVisits(closing, activity, current, inspector, plan)

    def lines(self, most: int) -> list[str]:
        """One line per visit, reopened ones first, then the newest; never waits.

        Of what other PathFixers have made only what says more than that its folder exists.
        """
        visits = [one for one in self._closing.book.all_visits() if one.path_fixer or not one.elsewhere]
        visits.sort(key=lambda visit: visit.state != "reopened")
        return [visit.line for visit in visits[:most]]

    def complaint(self, session: Session) -> str | None:
        """Return a sentence when the visit of the open session was closed by somebody else."""
        visit = self._closing.book.of_path(session.path) if session.state == "open" else None
        if visit is None or visit.takes_data:
            return None
        return (
            f"visit {visit.name} of this session was closed at {visit.since:%Y-%m-%d %H:%M} UTC: close the "
            f"session, or scizoo visit reopen {visit.name} --reason …"
        )

    def records(self) -> list[VisitRecord]:
        """Return all records of all visits, oldest first."""
        return self._closing.book.records()

    def close(self, order: VisitOrder, tell: Tell = quiet) -> list[str]:
        """Close and lock a visit; see ``VisitClosing.close``."""
        return self._closing.close(order.visit, order.by, order.reason, self._activity, tell)

    def lock(self, order: VisitOrder, tell: Tell = quiet) -> list[str]:
        """Lock a closed visit again; see ``VisitClosing.lock``."""
        return self._closing.lock(order.visit, order.by, tell)

    def reopen(self, order: VisitOrder, tell: Tell = quiet) -> list[str]:
        """Open a closed visit again; see ``VisitClosing.reopen``."""
        lines = self._closing.reopen(order.visit, order.by, order.reason, tell)
        self._tending.wake()
        return lines

    def trust(self, order: VisitOrder, tell: Tell = quiet) -> list[str]:
        """Take a visit's folders as they are now, after somebody has looked who replaced them.

        Raises
        ------
        RefusedError
            The visit is unknown, no reason is given, or who asks is not of the staff.
        FolderError
            A folder is a link or missing: that is no folder to trust.
        """
        visit = self._closing.book.find(order.visit)
        with self._activity.after_the_switch():
            folders = identities(self._files.look(self._plan(visit.place)))
            self._closing.trust(order.visit, order.by, order.reason)
            self._current.learn(visit.path, folders)
        return [f"the {len(folders)} folders of visit {visit.name} are taken as they are"]

    def trust_moved(self, order: TreeOrder, tell: Tell = quiet) -> list[str]:
        """Tell which visits were moved with their storage and, if wanted, take them as they are.

        Raises
        ------
        RefusedError
            Who asks is not of the staff, or no reason is given for taking them.
        SdmError
            The file system did not answer.
        """
        steps = self._moved.find(order.by, tell)
        if order.apply:
            self._moved.take(steps, order.by, order.reason)
        return self._moved.told(steps, order.apply)

    def check(self, plan: FolderPlan | None, tell: Tell = quiet) -> list[Finding]:
        """Look at the whole tree of a session, at closed visits, and at what could not be told of visits."""
        try:
            findings = self._inspector.check_tree(plan, tell) if plan else []
            closed = self._closing.closed_plans()
            findings += self._inspector.check_closed(closed, tell) if closed else []
        except (FolderError, WorkerError) as error:
            findings = [
                Finding(part="tree", ok=False, finding=str(error), cure="see there, then Check again")
            ]
        return [*findings, *self._unwritten()]

    def _unwritten(self) -> list[Finding]:
        cure = "look at owner and mode of the folder around it; it is tried again every ten minutes"
        told = "the sheet of {} cannot be written: other PathFixers do not learn what is done to it"
        owed = self._closing.locking.sheets.owed
        return [Finding(part="visits", ok=False, finding=told.format(path), cure=cure) for path in owed]

    def tend_for_ever(self) -> None:
        """Look after the visits until stopped."""
        self._tending.tend_for_ever(self._activity)

    def stop(self) -> None:
        """End everything; waits for nobody."""
        self._inspector.close()
        self._tending.stop()
        self._closing.locking.stop()
