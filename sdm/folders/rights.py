"""Comparing a folder's rights with the rules, naming the command that would put them right."""

from dataclasses import dataclass

from sdm.accounts import gid_of, uid_of
from sdm.folders.acl import acl_text
from sdm.folders.acl_calls import resolved
from sdm.folders.plan import Step
from sdm.folders.walk import FolderState


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the rules want it."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what} ({self.cure})"


def differences(state: FolderState, step: Step) -> list[Difference]:
    """Return what is wrong with a folder: owner, group, mode, access control lists."""
    return [*_owner(state, step), *_group(state, step), *_mode(state, step), *_lists(state, step)]


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
    by_list = " by its access control list" if state.acl else ""
    what = f"{state.path} has mode {state.mode:04o}{by_list}, should have {wanted}"
    remove = f"setfacl -b {state.path} && " if state.acl else ""
    return [Difference(what, f"as root: {remove}chmod {step.mode:04o} {state.path}")]


def _lists(state: FolderState, step: Step) -> list[Difference]:
    wanted, found = resolved(step.default_acl), state.default_acl
    differing = []
    strangers = [entry for entry in state.acl if entry.who is not None and entry not in wanted]
    if strangers:
        what = f"{state.path} lets more in by its access control list: {acl_text(tuple(strangers))}"
        differing.append(Difference(what, f"as root: setfacl -b {state.path}"))
    if wanted and found is not None and found != wanted:
        what = f"{state.path} has default list {acl_text(found) or '(none)'}, should have {acl_text(wanted)}"
        command = f"setfacl -k -d -m {acl_text(wanted)} {state.path}"
        differing.append(Difference(what, f"as its owner or root: {command}"))
    return differing
