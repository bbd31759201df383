"""The desk where staff give orders about visits, and where the visits are shown."""

from collections.abc import Callable

from pathfixer.activity import Activity
from pathfixer.current import Current
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.order import VisitOrder
from pathfixer.visits.record import VisitRecord
from pathfixer.visits.tending import VisitTending
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

    @property
    def lines(self) -> list[str]:
        """One line per visit, reopened ones first, then the newest; never waits."""
        visits = sorted(self._closing.book.visits(), key=lambda visit: visit.state != "reopened")
        return [visit.line for visit in visits]

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
        return self._closing.reopen(order.visit, order.by, order.reason, tell)

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

    def check(self, plan: FolderPlan | None, tell: Tell = quiet) -> list[Finding]:
        """Look at the whole tree of a session, and for what can be written in closed visits."""
        try:
            findings = self._inspector.check_tree(plan, tell) if plan else []
            closed = self._closing.closed_plans()
            return [*findings, *(self._inspector.check_closed(closed, tell) if closed else [])]
        except (FolderError, WorkerError) as error:
            return [Finding(part="tree", ok=False, finding=str(error), cure="see there, then Check again")]

    def tend_for_ever(self) -> None:
        """Look after the visits until stopped."""
        self._tending.tend_for_ever(self._activity)

    def stop(self) -> None:
        """End everything; waits for nobody."""
        self._inspector.close()
        self._tending.stop()
        self._closing.locking.stop()
