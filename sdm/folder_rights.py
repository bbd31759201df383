"""Comparing a folder's rights with the rules, naming the command that would put them right."""

from dataclasses import dataclass

from sdm.accounts import gid_of, uid_of
from sdm.folder_plan import Step
from sdm.folder_walk import FolderState


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the rules want it."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what} ({self.cure})"


def differences(state: FolderState, step: Step) -> list[Difference]:
    """Return what is wrong with a folder: owner, group, mode."""
    return [*_owner(state, step), *_group(state, step), *_mode(state, step)]


def _owner(state: FolderState, step: Step) -> list[Difference]:
    wanted = uid_of(step.owner)
    if wanted == state.uid:
        return []
    if wanted is None:
        return [Difference(f"account {step.owner} does not exist on this machine", f"make {step.owner}")]
    what = f"{state.path} belongs to uid {state.uid}, should belong to {step.owner}"
    return [Difference(what, f"as root: chown {step.owner} {state.path}")]


def _group(state: FolderState, step: Step) -> list[Difference]:
    wanted = gid_of(step.group)
    if wanted == state.gid:
        return []
    if wanted is None:
        cure = f"make group {step.group}, then as root: chgrp {step.group} {state.path}"
        return [Difference(f"{state.path} has no group {step.group}: this machine knows none", cure)]
    what = f"{state.path} has group {state.gid}, should have {step.group}"
    command = f"chgrp {step.group} {state.path} && chmod {step.mode:04o} {state.path}"
    cure = f"as root, or as its owner when a member of the group: {command}"
    return [Difference(what, cure)]


def _mode(state: FolderState, step: Step) -> list[Difference]:
    if state.mode in step.modes:
        return []
    wanted = " or ".join(f"{mode:04o}" for mode in step.modes)
    what = f"{state.path} has mode {state.mode:04o}, should have {wanted}"
    return [Difference(what, f"as root: chmod {step.mode:04o} {state.path}")]
