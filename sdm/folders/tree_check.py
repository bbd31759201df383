"""Checking the whole tree of a visit: what the group cannot read, what has drifted, what is writable."""

import os
import shlex
from dataclasses import dataclass, field

from sdm.accounts import gid_of
from sdm.folders.acl import Acl, Tag, mask_of, true_mode
from sdm.folders.acl import Entry as AclEntry
from sdm.folders.acl_calls import has_acls, read_acl_of, resolved
from sdm.folders.findings import Finding
from sdm.folders.plan import FolderPlan, Step
from sdm.folders.progress import Pace, Tell
from sdm.folders.tally import Tally
from sdm.folders.tree_walk import Entry, Unseen, walk_tree
from sdm.folders.walk import opened_folders

READ_BY_GROUP, ALL_OF_GROUP, ALL_OF_OTHERS, SETGID = 0o040, 0o070, 0o007, 0o2000
WRITABLE = 0o222


@dataclass
class Drift:
    """What is not as it should be in a tree, by kind."""

    folders: Tally = field(default_factory=Tally)
    unreadable: Tally = field(default_factory=Tally)
    strangers: Tally = field(default_factory=Tally)
    group: Tally = field(default_factory=Tally)
    links: Tally = field(default_factory=Tally)
    unseen: Tally = field(default_factory=Tally)
    others: Tally = field(default_factory=Tally)


def check_tree(plan: FolderPlan, tell: Tell) -> list[Finding]:
    """Look at everything in the visit of a plan but the plan's own folders; changes nothing.

    Returns
    -------
    list of Finding
        One per kind of drift, with a count, examples and the command for root; when there is none, one
        that says how many entries were looked at.

    Raises
    ------
    FolderError
        A folder on the way to the visit is a link.
    """
    drift, pace = Drift(), Pace(tell)
    inside = plan.branches[0][0] if plan.branches else plan.chain[-1]
    with opened_folders(plan) as folders:
        visit = next((found for found in folders if found[1] == plan.end), None)
        if visit is None or visit[0] is None:
            return []
        looked_at = {path for _, path, _ in plan.walk()}
        judge = _Judge(inside, drift, looked_at, with_lists=has_acls(visit[0]))
        for entry in walk_tree(visit[0], plan.end):
            pace.step(entry.path)
            judge.see(entry)
    return _findings(drift, plan.end, inside, pace.done)


def check_closed(visits: list[FolderPlan], tell: Tell) -> list[Finding]:
    """Look for anything writable in closed visits, a finding per visit; raises FolderError for a link."""
    pace = Pace(tell)
    return [finding for plan in visits for finding in _check_closed(plan, pace)]


def writable_entries(folder: int, path: str, pace: Pace) -> Tally:
    """Count what somebody may write in an open folder and below, itself included."""
    found = Tally()
    if os.fstat(folder).st_mode & WRITABLE:
        found.add(path)
    for entry in walk_tree(folder, path):
        pace.step(entry.path)
        if isinstance(entry, Unseen) or (not entry.is_link and entry.mode & WRITABLE):
            found.add(entry.path)
    return found


class _Judge:
    def __init__(self, inside: Step, drift: Drift, looked_at: set[str], with_lists: bool) -> None:
        self._looked_at = looked_at
        self._gid = gid_of(inside.group)
        self._wanted_others = inside.mode & ALL_OF_OTHERS
        self._wanted_list = resolved(inside.default_acl)
        self._uid = os.geteuid()
        self._drift = drift
        self._with_lists = with_lists

    def see(self, entry: Entry | Unseen) -> None:
        drift = self._drift
        if isinstance(entry, Unseen):
            drift.unseen.add(f"{entry.path}: {entry.reason}")
            return
        if entry.path in self._looked_at:
            return
        if entry.facts.st_uid != self._uid:
            drift.others.add(entry.path)
        if entry.is_link:
            drift.links.add(entry.path)
        else:
            self._rights(entry)
        if self._gid is not None and entry.facts.st_gid != self._gid and not entry.is_link:
            drift.group.add(entry.path)

    def _rights(self, entry: Entry) -> None:
        acl = read_acl_of(entry.parent, entry.name) if self._with_lists else ()
        mode = self._group_mode(entry, acl)
        if any(self._is_stranger(one) and one.may & mask_of(acl) for one in acl):
            self._drift.strangers.add(entry.path)
        if entry.is_folder:
            self._folder(entry, mode)
        elif not mode & READ_BY_GROUP:
            self._drift.unreadable.add(entry.path)

    def _folder(self, entry: Entry, mode: int) -> None:
        complete = mode & SETGID and mode & ALL_OF_GROUP == ALL_OF_GROUP
        if not complete or mode & ALL_OF_OTHERS & ~self._wanted_others:
            self._drift.folders.add(entry.path)

    def _is_stranger(self, one: AclEntry) -> bool:
        is_group = (one.tag, one.who) == (Tag.GROUP, self._gid)
        return one.who is not None and not is_group and one not in self._wanted_list

    def _group_mode(self, entry: Entry, acl: Acl) -> int:
        """Return the mode with what the proposal's group may by an access control list, if there is one."""
        named = next((one.may for one in acl if one.tag == Tag.GROUP and one.who == self._gid), 0)
        return true_mode(entry.mode, acl) | ((named & mask_of(acl)) << 3)


def _findings(drift: Drift, path: str, inside: Step, count: int) -> list[Finding]:
    where, group = shlex.quote(path), inside.group
    rows = [
        ("rights", drift.folders, "folders without the rights of the rules",
         f"find {where} -mindepth 1 -xdev -type d -exec chmod {inside.mode:04o} {{}} +"),
        ("rights", drift.unreadable, "files that the group cannot read",
         f"find {where} -xdev -type f -exec chmod g+r {{}} +"),
        ("rights", drift.strangers, "entries that let more in by their access control list",
         f"find {where} -mindepth 1 -xdev ! -type l -exec setfacl -b {{}} +, then Check again"),
        ("rights", drift.group, f"entries of another group than {group}",
         f"find {where} -mindepth 1 -xdev -exec chgrp -h {group} {{}} +, then Check again"),
    ]  # fmt: skip
    bad = [
        Finding(part=part, ok=False, finding=f"{what} in {path}: {tally}", cure=f"as root: {command}")
        for part, tally, what, command in rows
        if tally
    ]
    if drift.unseen:
        what = f"folders that uid {os.geteuid()} cannot enter in {path}: {drift.unseen}"
        bad.append(
            Finding(part="rights", ok=False, finding=what, cure="ask their owners, or root, to open them")
        )
    if drift.links:
        what = f"links in {path}: {drift.links}"
        bad.append(Finding(part="links", ok=False, finding=what, cure="find out who put them there and why"))
    told = f"{count} entries in {path} looked at, {drift.others.count} of other owners"
    return [*bad, Finding(part="tree", ok=True, finding=told)]


def _check_closed(plan: FolderPlan, pace: Pace) -> list[Finding]:
    with opened_folders(plan) as folders:
        visit = next((found for found in folders if found[1] == plan.end), None)
        if visit is None or visit[0] is None:
            return []
        found = writable_entries(visit[0], plan.end, pace)
    if not found:
        told = (
            f"nothing in closed {plan.end} is writable; an owner can still change that, and open files go on"
        )
        return [Finding(part="lock", ok=True, finding=told)]
    what = f"writable in closed {plan.end}: {found}"
    cure = f"as root, where the files are: scizoo visit lock --as-root {shlex.quote(plan.end)}"
    return [Finding(part="lock", ok=False, finding=what, cure=cure)]
