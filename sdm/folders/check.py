"""Checking the folders of a session: there, with the right rights, writable, with space left."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sdm.errors import FolderError
from sdm.folders.findings import Finding
from sdm.folders.plan import FolderPlan, Step
from sdm.folders.rights import differences
from sdm.folders.walk import FolderState, look_at, opened_folders

GIB = 2**30


def look_at_folders(plan: FolderPlan) -> list[FolderState]:
    """Return what every folder of a plan is now; raises FolderError when one is missing or a link."""
    states = []
    with opened_folders(plan) as folders:
        for descriptor, path, _ in folders:
            if descriptor is None:
                raise FolderError(f"{path} is missing")
            states.append(look_at(descriptor, path))
    return states


def check_folders(plan: FolderPlan) -> list[Finding]:
    """Compare every folder of a plan with what it should be; changes nothing."""
    findings: list[Finding] = []
    count = 0
    try:
        with opened_folders(plan) as folders:
            for descriptor, path, step in folders:
                count += 1
                findings += _missing(path, step) if descriptor is None else _rights(descriptor, path, step)
    except FolderError as error:
        findings.append(Finding(part="path", ok=False, finding=str(error), cure="see there, then Repair"))
    return findings or [Finding(part="rights", ok=True, finding=f"{count} folders as the rules want")]


def check_writing(folder: str, free_limit_gib: float, plan: FolderPlan | None = None) -> list[Finding]:
    """Write into a folder without leaving a name, and look at the space that is free.

    Parameters
    ----------
    folder
        Where the next scan goes.
    free_limit_gib
        Less than this, in GiB, is a finding.
    plan
        The folders on the way there, none of which may be a link; none: the way is the site's own.
    """
    try:
        with _entered(folder, plan) as descriptor:
            return [_probe(descriptor, folder), _free_space(descriptor, folder, free_limit_gib)]
    except (FolderError, OSError) as error:
        cure = "run Repair, or ask the storage's keeper"
        return [Finding(part="path", ok=False, finding=_words(folder, error), cure=cure)]


@contextmanager
def _entered(folder: str, plan: FolderPlan | None) -> Iterator[int]:
    if plan is None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    with opened_folders(plan) as folders:
        found = next((found for found, path, _ in folders if path == folder), None)
        if found is None:
            raise FolderError(f"{folder} is missing")
        yield found


def _words(folder: str, error: FolderError | OSError) -> str:
    return f"{folder}: {error.strerror}" if isinstance(error, OSError) else str(error)


def _rights(descriptor: int, path: str, step: Step) -> list[Finding]:
    found = differences(look_at(descriptor, path), step)
    return [Finding(part="rights", ok=False, finding=one.what, cure=one.cure) for one in found]


def _missing(path: str, step: Step) -> list[Finding]:
    cure = "run Repair" if step.made_by_us else "ask the site to make it"
    return [Finding(part="path", ok=False, finding=f"{path} is missing", cure=cure)]


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
