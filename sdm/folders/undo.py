"""Removing the folders that were made for a session which then could not be committed."""

import os
from collections.abc import Iterable

from sdm.folders.plan import FolderPlan
from sdm.folders.walk import FolderState, look_at, opened_folders


def remove_folders(plan: FolderPlan, made: Iterable[FolderState]) -> list[str]:
    """Remove folders of a plan, innermost first, following no link.

    Parameters
    ----------
    made
        Those to be removed; one that is another folder by now, or not empty, stays.

    Returns
    -------
    list of str
        What stays, with the reason.
    """
    wanted = {state.path: state.inode for state in made}
    with opened_folders(plan) as folders:
        opened = {path: descriptor for descriptor, path, _ in folders if descriptor is not None}
        found = [path for path in opened if path in wanted]
        return [left for path in reversed(found) if (left := _remove(opened, path, wanted[path]))]


def _remove(opened: dict[str, int], path: str, inode: int) -> str | None:
    parent, _, name = path.rpartition("/")
    if look_at(opened[path], path).inode != inode:
        return f"{path} (is another folder by now)"
    if parent not in opened:
        return f"{path} (lies in the data root itself)"
    try:
        os.rmdir(name, dir_fd=opened[parent])
    except OSError as error:
        return f"{path} ({error.strerror})"
    return None
