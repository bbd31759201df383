"""Checking the folders of a session: there, with the right rights, writable, with space left."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack

from sdm.errors import FolderError
from sdm.findings import Finding
from sdm.folder_plan import FolderPlan, Step
from sdm.folder_rights import differences
from sdm.folder_walk import look_at, open_folder, opened_root

GIB = 2**30


def check_folders(plan: FolderPlan) -> list[Finding]:
    """Compare every folder of a plan with what it should be; changes nothing."""
    with ExitStack() as descriptors:
        try:
            findings = list(_walk(plan, descriptors))
        except FolderError as error:
            return [Finding(part="path", ok=False, finding=str(error), cure="see there, then Repair")]
    return findings or [Finding(part="rights", ok=True, finding=f"{_count(plan)} folders as the rules want")]


def check_writing(folder: str, free_limit_gib: float) -> list[Finding]:
    """Write into a folder without leaving a name, and look at the space that is free.

    Parameters
    ----------
    folder
        Where the next scan goes.
    free_limit_gib
        Less than this, in GiB, is a finding.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        cure = "run Repair, or ask the storage's keeper"
        return [Finding(part="path", ok=False, finding=f"{folder}: {error.strerror}", cure=cure)]
    try:
        return [_probe(descriptor, folder), _free_space(descriptor, folder, free_limit_gib)]
    finally:
        os.close(descriptor)


def _walk(plan: FolderPlan, descriptors: ExitStack) -> Iterator[Finding]:
    folder = descriptors.enter_context(opened_root(plan.root))
    path = plan.root.rstrip("/")
    for step in plan.chain:
        path = f"{path}/{step.name}"
        try:
            folder = _enter(folder, path, step, descriptors)
        except FileNotFoundError:
            yield _missing(path, step)
            return
        yield from _rights(folder, path, step)
    for step in plan.leaves:
        leaf = f"{path}/{step.name}"
        try:
            yield from _rights(_enter(folder, leaf, step, descriptors), leaf, step)
        except FileNotFoundError:
            yield _missing(leaf, step)


def _enter(parent: int, path: str, step: Step, descriptors: ExitStack) -> int:
    descriptor = open_folder(parent, path, step)
    descriptors.callback(os.close, descriptor)
    return descriptor


def _rights(descriptor: int, path: str, step: Step) -> Iterator[Finding]:
    for difference in differences(look_at(descriptor, path), step):
        yield Finding(part="rights", ok=False, finding=difference.what, cure=difference.cure)


def _missing(path: str, step: Step) -> Finding:
    cure = "run Repair" if step.made_by_us else "ask the site to make it"
    return Finding(part="path", ok=False, finding=f"{path} is missing", cure=cure)


def _probe(descriptor: int, folder: str) -> Finding:
    account = f"uid {os.geteuid()}"
    try:
        os.close(os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o600, dir_fd=descriptor))
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EISDIR):
            return _computed(descriptor, folder, account)
        cure = "look at owner, group and mode of the folder, and whether the file system is full or read-only"
        finding = f"{account} cannot write in {folder}: {error.strerror}"
        return Finding(part="write", ok=False, finding=finding, cure=cure)
    return Finding(part="write", ok=True, finding=f"{account} wrote in {folder} (tried)")


def _computed(descriptor: int, folder: str, account: str) -> Finding:
    ok = os.access(".", os.W_OK | os.X_OK, dir_fd=descriptor, effective_ids=True)
    finding = f"{account} {'may' if ok else 'may not'} write in {folder} (computed: no nameless files here)"
    return Finding(part="write", ok=ok, finding=finding, cure="" if ok else "look at owner, group and mode")


def _free_space(descriptor: int, folder: str, limit_gib: float) -> Finding:
    facts = os.fstatvfs(descriptor)
    free_gib = facts.f_bavail * facts.f_frsize / GIB
    ok = free_gib >= limit_gib
    finding = f"{free_gib:.1f} GiB free at {folder}" + ("" if ok else f", the limit is {limit_gib:g} GiB")
    return Finding(part="space", ok=ok, finding=finding, cure="" if ok else "make room before measuring")


def _count(plan: FolderPlan) -> int:
    return len(plan.chain) + len(plan.leaves)
