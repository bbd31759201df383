"""Folders plus store: a session has both, or neither is there."""

from pathfixer.current import Change, Current
from pathfixer.errors import StoreError
from sdm.errors import FolderError, WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import FolderPlan
from sdm.folders.walk import FolderState


class Transaction:
    """Commits sessions whose folders have just been made.

    Parameters
    ----------
    current
        What is committed to.
    files
        Removes folders that are not to be.
    """

    def __init__(self, current: Current, files: FileWorker) -> None:
        self._current = current
        self._files = files

    def commit(self, change: Change, plan: FolderPlan, folders: list[FolderState]) -> None:
        """Commit, or remove the empty folders that were made for it.

        Raises
        ------
        StoreError
            The old session stays; the text names what could not be removed.
        """
        try:
            self._current.commit(change)
        except StoreError as error:
            left = self._remove(plan, [folder for folder in folders if folder.made])
            raise StoreError(f"{error}; left behind: {', '.join(left)}" if left else str(error)) from None

    def _remove(self, plan: FolderPlan, made: list[FolderState]) -> list[str]:
        if not made:
            return []
        try:
            return self._files.unmake(plan, made)
        except (FolderError, WorkerError) as error:
            return [f"{folder.path} ({error})" for folder in made]
