"""Making the folders of a plan, with owner, group and mode, and unmaking them when it fails.

What Linux does (measured): below a setgid folder a folder is born with the group and with setgid,
so nothing is chmodded there; a chmod by somebody who is not in the group drops setgid without an
error; only a member of the group may hand a folder to it. The process must have umask 0.
"""

import os
from contextlib import ExitStack, suppress

from sdm.accounts import gid_of, keeps_setgid, uid_of
from sdm.errors import FolderError, ReplacedError
from sdm.folders.acl_calls import resolved, write_default
from sdm.folders.identity import Comparison, Identities
from sdm.folders.plan import FolderPlan, Step
from sdm.folders.rights import differences
from sdm.folders.walk import FolderState, look_at, open_folder, opened_root

_BORN = 0o1777
"""mkdir(2) takes no other bits; setgid comes from the parent."""


def make_folders(plan: FolderPlan, known: Identities | None = None) -> list[FolderState]:
    """Make what is missing of a plan.

    Parameters
    ----------
    plan
        The folders.
    known
        What they were when they were seen last; nothing is made below one that is another now.

    Returns
    -------
    list of FolderState
        Every folder of the plan, outermost first. ``notes`` say what is not as the plan wants it:
        of a folder made here what could not be set, of one found what differs (it is not changed).

    Raises
    ------
    FolderError
        A folder is missing that the site makes, is a link, is not the one that is known, or cannot
        be made. The empty folders
        made before are removed again; what could not be removed is named.
    """
    with ExitStack() as descriptors:
        maker = _Maker(descriptors, known or {})
        try:
            return maker.make(plan)
        except FolderError as error:
            left = maker.unmake()
            kind = type(error)
            raise kind(f"{error}; left behind: {', '.join(left)}" if left else str(error)) from None


class _Maker:
    """One run of ``make_folders``: what it has opened and made."""

    def __init__(self, descriptors: ExitStack, known: Identities) -> None:
        self._descriptors = descriptors
        self._comparison = Comparison(known)
        self._made: list[tuple[int, str, str]] = []

    def make(self, plan: FolderPlan) -> list[FolderState]:
        root = plan.root.rstrip("/")
        opened = {root: self._descriptors.enter_context(opened_root(plan.root))}
        states = []
        for parent, path, step in plan.walk():
            opened[path], state = self._step(opened[parent], path, step)
            states.append(state)
        return states

    def unmake(self) -> list[str]:
        left = []
        for parent, name, path in reversed(self._made):
            try:
                os.rmdir(name, dir_fd=parent)
            except OSError as error:
                left.append(f"{path} ({error.strerror})")
        return left

    def _step(self, parent: int, path: str, step: Step) -> tuple[int, FolderState]:
        made = step.made_by_us and self._mkdir(parent, path, step)
        try:
            descriptor = open_folder(parent, path, step)
        except FileNotFoundError:
            raise FolderError(f"{path} is missing, the site makes it: {_site_command(path, step)}") from None
        self._descriptors.callback(os.close, descriptor)
        if made:
            _require_own(descriptor, path)
            settle_rights(descriptor, path, step)
        state = look_at(descriptor, path)
        changed = None if made else self._comparison.difference(path, state.identity)
        if changed:
            raise ReplacedError(changed)
        notes = [str(difference) for difference in differences(state, step)]
        return descriptor, state.model_copy(update={"made": made, "notes": notes})

    def _mkdir(self, parent: int, path: str, step: Step) -> bool:
        try:
            os.mkdir(step.name, step.mode & _BORN, dir_fd=parent)
        except FileExistsError:
            return False
        except OSError as error:
            raise FolderError(f"{path} cannot be made by uid {os.geteuid()}: {error.strerror}") from None
        self._made.append((parent, step.name, path))
        return True


def _require_own(descriptor: int, path: str) -> None:
    """Raise ReplacedError when what was opened is not what this account has just made."""
    owner = os.fstat(descriptor).st_uid
    if owner != os.geteuid():
        raise ReplacedError(f"{path} was replaced by uid {owner} as soon as it was made: ask him why")


def settle_rights(descriptor: int, path: str, step: Step) -> None:
    """Give an open folder of ours its owner, group and mode, as far as this account may.

    What it may not is left as it is: the folder is compared with the plan afterwards.
    """
    state = look_at(descriptor, path)
    uid, gid = uid_of(step.owner), gid_of(step.group)
    if uid not in (None, state.uid) or gid not in (None, state.gid):
        with suppress(PermissionError):
            os.fchown(descriptor, -1 if uid is None else uid, -1 if gid is None else gid)
    state = look_at(descriptor, path)
    if state.mode not in step.modes and not state.acl and keeps_setgid(state.gid):
        with suppress(PermissionError):
            os.fchmod(descriptor, step.mode)
    if step.default_acl and state.default_acl not in (None, resolved(step.default_acl)):
        with suppress(PermissionError):
            write_default(descriptor, step.default_acl)


def _site_command(path: str, step: Step) -> str:
    return f"as root: install -d -o {step.owner} -g {step.group} -m {step.mode:04o} {path}"
