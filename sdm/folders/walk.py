"""Going down a tree folder by folder, following no link.

A member of the proposal's group may write in the visit and can put a link in the place of any
folder there; a path given as one text would lead through it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pydantic import BaseModel, Field

from sdm.errors import FolderError
from sdm.folders.acl import Acl, true_mode
from sdm.folders.acl_calls import has_acls, read_acl
from sdm.folders.identity import Identity
from sdm.folders.plan import FolderPlan, Step

_OPEN = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class FolderState(BaseModel):
    """What one folder is; device and inode tell whether it is still the same one."""

    path: str
    made: bool = False
    device: int
    inode: int
    uid: int
    gid: int
    mode: int = Field(description="with the group's true rights where an access control list hides them")
    acl: Acl = Field(default=(), description="empty: the mode says it all")
    default_acl: Acl | None = Field(default=(), description="none: the file system has no such lists")
    notes: list[str] = []

    @property
    def identity(self) -> Identity:
        """What tells it from every other folder."""
        return Identity(self.device, self.inode, self.uid)


@contextmanager
def opened_root(root: str) -> Iterator[int]:
    """Open the data root, which is the site's own and may be a link; raises FolderError."""
    try:
        descriptor = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise FolderError(f"data root {root} cannot be entered: {error.strerror}") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_folder(parent: int, path: str, step: Step) -> int:
    """Open one folder in an open one.

    Raises
    ------
    FileNotFoundError
        There is nothing of that name.
    FolderError
        It is a link or no folder, or this account may not enter it.
    """
    flags = _OPEN | (os.O_RDONLY if step.made_by_us else os.O_PATH)
    try:
        return os.open(step.name, flags, dir_fd=parent)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise FolderError(
                f"{path} is a link or no folder: find out who put it there, and remove it"
            ) from None
        raise FolderError(f"{path} cannot be entered by uid {os.geteuid()}: {error.strerror}") from None


@contextmanager
def opened_folders(plan: FolderPlan) -> Iterator[Iterator[tuple[int | None, str, Step]]]:
    """Open the folders of a plan one after the other, parents first, making none.

    Each comes as descriptor, path and step; the descriptor is none where a folder is missing, and
    nothing comes of what would lie in it. Raises FolderError for a link.
    """
    with opened_root(plan.root) as root, ExitStack() as descriptors:
        yield _each(plan, {plan.root.rstrip("/"): root}, descriptors)


def _each(
    plan: FolderPlan, opened: dict[str, int], descriptors: ExitStack
) -> Iterator[tuple[int | None, str, Step]]:
    for parent, path, step in plan.walk():
        if parent not in opened:
            continue
        try:
            opened[path] = open_folder(opened[parent], path, step)
        except FileNotFoundError:
            yield None, path, step
            continue
        descriptors.callback(os.close, opened[path])
        yield opened[path], path, step


def look_at(descriptor: int, path: str) -> FolderState:
    """Return what an open folder is."""
    facts = os.fstat(descriptor)
    acl = read_acl(descriptor, "access")
    return FolderState(
        path=path,
        device=facts.st_dev,
        inode=facts.st_ino,
        uid=facts.st_uid,
        gid=facts.st_gid,
        mode=true_mode(stat.S_IMODE(facts.st_mode), acl),
        acl=acl,
        default_acl=read_acl(descriptor, "default") if has_acls(descriptor) else None,
    )
