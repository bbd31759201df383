"""The sheet of a visit: a small file beside its folder, where only our account writes.

It says what was done to the visit, to whoever else makes folders there; what it says is no matter of
this module. Members of the proposal may write in the visit, and might forge it there.
"""

import os
import re
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from pydantic import BaseModel

from sdm.errors import FolderError
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Pace, Tell
from sdm.folders.walk import opened_folders, opened_root

LONGEST = 2**20
"""Bytes; whatever is longer was not written by us."""

_ENTER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o440


class VisitFound(BaseModel):
    """The folder of a visit.

    Attributes
    ----------
    stamp
        Another one whenever the sheet was written anew, or the folder's mode was changed.
    sheet
        Empty: it was not asked for, there is none, or somebody else wrote it.
    """

    path: str
    mode: int
    stamp: str
    sheet: str = ""


def write_sheet(plan: FolderPlan, text: str) -> None:
    """Write the sheet of a plan's visit anew; whoever reads it finds the old one or the new one.

    Raises
    ------
    FolderError
        The folder around the visit is not there, or is a link.
    OSError
        It cannot be written.
    """
    around, _, visit = plan.end.rpartition("/")
    with opened_folders(plan.model_copy(update={"branches": ()})) as folders:
        opened = {path: descriptor for descriptor, path, _ in folders}
        entered = opened.get(around)
        if entered is None:
            raise FolderError(f"{around} is not there: no sheet of visit {visit} can be written")
        with _listable(entered) as folder:
            _replace(folder, sheet_name(visit), text.encode())


def find_visits(root: str, patterns: Sequence[str], with_sheets: bool, tell: Tell) -> list[VisitFound]:
    """Return the folders of visits; folders that may not be entered are left out.

    Parameters
    ----------
    root
        The data root.
    patterns
        A regular expression for the name of each folder from there down to the visit; see
        ``path_rules.visit_patterns``.
    with_sheets
        Whether to read what the sheets say; of thousands of visits that is much.
    tell
        Called now and then.

    Raises
    ------
    FolderError
        The data root cannot be entered.
    """
    pace = Pace(tell)
    with opened_root(root) as folder:
        return list(_below(folder, root.rstrip("/"), patterns, with_sheets, pace))


def sheet_name(visit: str) -> str:
    """Return how the sheet of a visit is called; no visit and no sample can be called so."""
    return f".scizoo-visit-{visit}.json"


def _below(
    folder: int, path: str, patterns: Sequence[str], with_sheets: bool, pace: Pace
) -> Iterator[VisitFound]:
    for name in _names(folder, patterns[0]):
        inner = f"{path}/{name}"
        pace.step(inner)
        try:
            inside = os.open(name, _ENTER, dir_fd=folder)
        except OSError:
            continue
        try:
            if len(patterns) > 1:
                yield from _below(inside, inner, patterns[1:], with_sheets, pace)
            else:
                yield _visit(folder, name, inner, os.fstat(inside), with_sheets)
        finally:
            os.close(inside)


def _visit(folder: int, name: str, path: str, visit: os.stat_result, with_sheet: bool) -> VisitFound:
    sheet, mode = sheet_name(name), stat.S_IMODE(visit.st_mode)
    stamp = f"{mode:o}"
    with suppress(OSError):
        facts = os.stat(sheet, dir_fd=folder, follow_symlinks=False)
        stamp = f"{mode:o} {facts.st_mtime_ns} {facts.st_ino}"
    account = os.geteuid() or visit.st_uid  # root asks on behalf of whoever made the visit
    text = _read(folder, sheet, account) if with_sheet else ""
    return VisitFound(path=path, mode=mode, stamp=stamp, sheet=text)


def _names(folder: int, pattern: str) -> list[str]:
    plain = re.sub(r"\\(.)", r"\1", pattern)
    if re.escape(plain) == pattern:
        return [plain]
    return sorted(name for name in _list(folder) if re.fullmatch(pattern, name, re.ASCII))


def _list(folder: int) -> list[str]:
    with suppress(OSError), _listable(folder) as listable:
        descriptor: int = listable
        return os.listdir(descriptor)
    return []


def _read(folder: int, name: str, account: int) -> str:
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except OSError:
        return ""
    try:
        facts = os.fstat(descriptor)
        ours = stat.S_ISREG(facts.st_mode) and facts.st_uid in (0, account) and facts.st_nlink == 1
        return os.read(descriptor, LONGEST).decode("utf-8", "replace") if ours else ""
    finally:
        os.close(descriptor)


def _replace(folder: int, name: str, data: bytes) -> None:
    new = f"{name}.{uuid.uuid4().hex}"
    descriptor = os.open(new, _WRITE, _MODE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.rename(new, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


@contextmanager
def _listable(folder: int) -> Iterator[int]:
    """Open an entered folder for reading; raises OSError."""
    descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
