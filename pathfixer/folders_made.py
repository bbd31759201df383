"""Folders that stay only if what they are made for comes true."""

from collections.abc import Iterator
from contextlib import contextmanager

from sdm.errors import FolderError, WorkerError
from sdm.folders.file_worker import FileWorker
from sdm.folders.identity import Identities
from sdm.folders.plan import FolderPlan
from sdm.folders.walk import FolderState


@contextmanager
def folders_made(files: FileWorker, plan: FolderPlan, known: Identities) -> Iterator[list[FolderState]]:
    """Make what is missing of a plan; whatever fails inside removes the empty folders that are new.

    What fails inside is raised on, with the names of the folders that could not be removed.

    Parameters
    ----------
    known
        What the folders were when they were seen last.

    Raises
    ------
    FolderError
        They cannot be made, or trusted; the new ones are gone again.
    WorkerError
        The file system did not answer: nobody knows which of them were made.
    """
    try:
        folders = files.make(plan, known)
    except WorkerError as error:
        raise WorkerError(f"{error}; new empty folders may be left behind: see {plan.end}") from None
    try:
        yield folders
    except Exception as error:  # raised on, whatever it is
        left = _remove(files, plan, [folder for folder in folders if folder.made])
        if left:
            error.args = (f"{error}; left behind: {', '.join(left)}",)
        raise


def _remove(files: FileWorker, plan: FolderPlan, made: list[FolderState]) -> list[str]:
    if not made:
        return []
    try:
        return files.unmake(plan, made)
    except (FolderError, WorkerError) as error:
        return [f"{folder.path} ({error})" for folder in made]
