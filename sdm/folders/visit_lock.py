"""Locking a closed visit, and unlocking it: modes only, on what was opened and nothing else.

A lock keeps the group from writing. It stops neither descriptors that are open nor the owner of an
entry, who may give himself the right again; ``check_closed`` finds that out.
"""

import os
import stat
from pathlib import Path

from pydantic import BaseModel

from sdm.accounts import keeps_setgid
from sdm.errors import FolderError
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Pace, Tell
from sdm.folders.tally import Tally
from sdm.folders.tree_check import writable_entries
from sdm.folders.tree_walk import Entry, Unseen, walk_tree
from sdm.folders.walk import opened_folders

LOCKED_VISIT, LOCKED_FOLDER, LOCKED_FILE = 0o3550, 0o2550, 0o440


class LockReport(BaseModel):
    """What came of locking or unlocking a visit."""

    folders: int = 0
    files: int = 0
    foreign: Tally = Tally()
    linked: Tally = Tally()
    setgid: Tally = Tally()
    unseen: Tally = Tally()
    writable: Tally = Tally()

    @property
    def complete(self) -> bool:
        """Whether nothing can be written any more, but by what a lock cannot stop."""
        return not self.writable

    @property
    def lines(self) -> list[str]:
        """What there is to tell people."""
        told = [f"{self.folders} folders and {self.files} files changed"]
        for tally, what in (
            (self.foreign, "entries of other owners"),
            (self.linked, "files with more than one name, which may lie in another tree too"),
            (
                self.setgid,
                "folders whose setgid this process would lose, being in the group since after its start",
            ),
            (self.unseen, "folders not entered"),
            (self.writable, "entries still writable"),
        ):
            told += [f"{what}: {tally}"] if tally else []
        return told


def lock_visit(plan: FolderPlan, tell: Tell) -> LockReport:
    """Take the right to write from everything of this account in the visit of a plan; root: from everything.

    Folders are locked before what lies in them, so nothing new can come in behind.

    Raises
    ------
    FolderError
        The visit is not there, or a folder on the way to it is a link.
    """
    return _change(
        plan, _Changer({"visit": LOCKED_VISIT, "folder": LOCKED_FOLDER, "file": LOCKED_FILE}), tell
    )


def unlock_visit(plan: FolderPlan, tell: Tell) -> LockReport:
    """Give the folders of a visit their rights again; files keep theirs, what was measured stays as it is."""
    inside = plan.branches[0][0].mode
    return _change(plan, _Changer({"visit": plan.chain[-1].mode, "folder": inside}), tell)


def _change(plan: FolderPlan, changer: "_Changer", tell: Tell) -> LockReport:
    pace = Pace(tell)
    with opened_folders(plan) as folders:
        visit = next((found for found in folders if found[1] == plan.end), None)
        if visit is None or visit[0] is None:
            raise FolderError(f"{plan.end} is not there")
        changer.root(visit[0], plan.end)
        for entry in walk_tree(visit[0], plan.end, changer.folder):
            pace.step(entry.path)
            changer.see(entry)
        changer.report.writable = writable_entries(visit[0], plan.end, pace)
    return changer.report


class _Changer:
    """Sets modes by kind of entry; a kind without a mode is left alone."""

    def __init__(self, modes: dict[str, int]) -> None:
        self._modes = modes
        self._uid = os.geteuid()
        self.report = LockReport()

    def root(self, descriptor: int, path: str) -> None:
        facts = os.fstat(descriptor)
        if self._is_ours(facts):
            self._set(descriptor, path, facts, self._modes["visit"])
        else:
            self.report.foreign.add(path)

    def folder(self, entry: Entry) -> None:
        """Change a folder before it is walked."""
        if self._is_ours(entry.facts):
            self._open_and_set(entry, self._modes["folder"], os.O_DIRECTORY)
        else:
            self.report.foreign.add(entry.path)

    def see(self, entry: Entry | Unseen) -> None:
        if isinstance(entry, Unseen):
            self.report.unseen.add(f"{entry.path}: {entry.reason}")
        elif not entry.is_folder:
            self._file(entry)

    def _file(self, entry: Entry) -> None:
        """Change what is no folder; pipes and sockets too, which take data as well."""
        if not self._is_ours(entry.facts):
            self.report.foreign.add(entry.path)
        elif "file" not in self._modes or entry.is_link:
            return
        elif entry.facts.st_nlink > 1:
            self.report.linked.add(entry.path)
        else:
            self._open_and_set(entry, self._modes["file"], 0)

    def _is_ours(self, facts: os.stat_result) -> bool:
        return self._uid in (0, facts.st_uid)

    def _open_and_set(self, entry: Entry, mode: int, flags: int) -> None:
        """Set the mode of exactly what was looked at: its name may mean something else by now."""
        try:
            descriptor = os.open(
                entry.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=entry.parent
            )
        except OSError as error:
            self.report.unseen.add(f"{entry.path}: {error.strerror}")
            return
        try:
            facts = os.fstat(descriptor)
            same = (facts.st_dev, facts.st_ino, facts.st_uid) == (
                entry.facts.st_dev,
                entry.facts.st_ino,
                entry.facts.st_uid,
            )
            if not same or (not stat.S_ISDIR(facts.st_mode) and facts.st_nlink > 1):
                self.report.linked.add(entry.path)
            else:
                self._set(descriptor, entry.path, facts, mode)
        finally:
            os.close(descriptor)

    def _set(self, descriptor: int, path: str, facts: os.stat_result, mode: int) -> None:
        is_folder = stat.S_ISDIR(facts.st_mode)
        if stat.S_IMODE(facts.st_mode) == mode:
            return
        if is_folder and not keeps_setgid(facts.st_gid):
            self.report.setgid.add(path)
            return
        Path(f"/proc/self/fd/{descriptor}").chmod(mode)
        if is_folder:
            self.report.folders += 1
        else:
            self.report.files += 1
