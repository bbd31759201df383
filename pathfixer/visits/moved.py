"""Taking all visits of a storage that was moved as they are now; one that only looks so stays as it was.

Moving changes the folders from the outside in. Members of a proposal cannot replace a visit's folder
or what is around it; a visit in which only something further inside is another one was not moved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pathfixer.activity import Activity
from pathfixer.current import Current
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.known import KnownVisit
from sdm.errors import FolderError
from sdm.folders.file_worker import FileWorker
from sdm.folders.identity import Identities, changed_path, identities
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Progress, Tell
from sdm.path_rules import Place, is_inside

What = Literal["same", "moved", "left"]


@dataclass(frozen=True)
class Step:
    """What is to be done with one visit."""

    visit: KnownVisit
    what: What
    folders: Identities
    reason: str = ""


class MovedVisits:
    """Finds the visits that were moved, and takes them as they are.

    Parameters
    ----------
    closing, activity, current
        Which visits there are, what the session does, and what folders were.
    files
        Asks the file system.
    plan
        Returns the folders of a place.
    """

    def __init__(
        self,
        closing: VisitClosing,
        activity: Activity,
        current: Current,
        files: FileWorker,
        plan: Callable[[Place], FolderPlan],
    ) -> None:
        self._closing = closing
        self._activity = activity
        self._current = current
        self._files = files
        self._plan = plan

    def told(self, steps: list[Step], taken: bool) -> list[str]:
        """Return a line for each visit that was moved or is left, and the sum of them."""
        word = "taken as it is" if taken else "would be taken as it is"
        lines = {
            "moved": [f"{one.visit.path}: {len(one.folders)} folders, {word}" for one in steps],
            "left": [f"{one.visit.path}: left, {one.reason}" for one in steps],
        }
        shown = [lines[one.what][number] for number, one in enumerate(steps) if one.what != "same"]
        count = {what: sum(one.what == what for one in steps) for what in ("moved", "left", "same")}
        return [*shown, f"{count['moved']} visits moved, {count['left']} left, {count['same']} as they were"]

    def find(self, by: str, tell: Tell) -> list[Step]:
        """Return what is to be done with each visit; changes nothing.

        Raises
        ------
        RefusedError
            Who asks is not of the staff.
        WorkerError
            The file system did not answer.
        """
        self._closing.require_staff(by)
        steps = []
        for visit in self._closing.book.visits():
            steps.append(self._judge(visit))
            tell(Progress(done=len(steps), text=visit.path))
        return steps

    def take(self, steps: list[Step], by: str, reason: str) -> None:
        """Take the visits that were moved as they are; each is written down. Raises RefusedError."""
        for step in steps:
            if step.what == "moved":
                with self._activity.after_the_switch():
                    self._closing.trust(step.visit.path, by, reason)
                    self._current.learn(step.visit.path, step.folders)

    def _judge(self, visit: KnownVisit) -> Step:
        plan = self._plan(visit.place)
        before = self._current.folders_of(plan)
        try:
            now = identities(self._files.look(plan))
        except FolderError as error:
            return Step(visit, "left", {}, str(error))
        changed = changed_path(now, before)
        if changed is None:
            return Step(visit, "same", now)
        stranger = next((path for path in now if path in before and now[path].uid != before[path].uid), None)
        if stranger:
            return Step(visit, "left", now, f"{stranger} belongs to uid {now[stranger].uid} now")
        if not is_inside(plan.end, changed):
            return Step(visit, "left", now, f"only {changed} is another one: find out who replaced it")
        return Step(visit, "moved", now)
