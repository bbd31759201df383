"""Watching the folders: the one for unowned scans, and those of the session.

A member of the proposal's group may put another folder in the place of one of ours; scans would
follow it. So each folder is compared with what it was when the session was opened.
"""

from sdm.errors import FolderError, WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.identity import Identities, changed_folder, identities
from sdm.folders.plan import FolderPlan


class TreeWatch:
    """Looks at the folders when told to, and remembers what was wrong.

    Parameters
    ----------
    files
        Asks the file system.
    unowned_path
        Where scans without a session go.
    """

    def __init__(self, files: FileWorker, unowned_path: str) -> None:
        self._files = files
        self._unowned_path = unowned_path
        self.fault: str | None = None
        """The folder for unowned scans is not there."""
        self.broken: str | None = None
        """The session's tree cannot be trusted; no scan may go there."""
        self.silent: str | None = None
        """The file system does not answer; nothing is known."""

    def look(self, plan: FolderPlan | None, before: Identities) -> None:
        """Look once; waits for the file system at most its time-out.

        Parameters
        ----------
        plan
            The session's folders; none when there is no session.
        before
            What they were when they were seen last.
        """
        try:
            self.fault = self._fault()
            self.broken = self._broken(plan, before) if plan else None
            self.silent = None
        except WorkerError as error:
            self.silent = str(error)

    def _fault(self) -> str | None:
        try:
            self._files.require_folder(self._unowned_path)
        except FolderError as error:
            return f"no folder for scans without a session: {error}: the site makes it"
        return None

    def _broken(self, plan: FolderPlan, before: Identities) -> str | None:
        try:
            return changed_folder(identities(self._files.look(plan)), before)
        except FolderError as error:
            return f"{error}; run Repair or open the session again"
