"""What another account may do in a folder, computed from modes, lists and group lists; nothing is tried."""

import grp
import os
import pwd
from dataclasses import dataclass

from sdm.folders.acl import ENTER, WRITE, Acl, Tag, mask_of
from sdm.folders.findings import Finding
from sdm.folders.plan import FolderPlan
from sdm.folders.walk import FolderState, look_at, opened_folders


@dataclass(frozen=True)
class Account:
    """An account of this machine and all its groups."""

    name: str
    uid: int
    gids: frozenset[int]


def account_of(name: str) -> Account | None:
    """Return an account by name, none when this machine knows none of that name."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, frozenset(os.getgrouplist(name, entry.pw_gid)))


def may(account: Account, state: FolderState, wanted: int) -> bool:
    """Tell whether an account has rights (READ, WRITE, ENTER together) on a folder, as Linux decides it."""
    if account.uid == 0:
        return True
    if account.uid == state.uid:
        return _has(state.mode >> 6, wanted)
    named = _named(account, state.acl)
    if named is not None:
        return _has(named, wanted)
    granted = [
        entry.may & mask_of(state.acl) for entry in state.acl if _is_group_of(entry.tag, entry.who, account)
    ]
    if state.gid in account.gids:
        granted.append(state.mode >> 3)
    return any(_has(rights, wanted) for rights in granted) if granted else _has(state.mode, wanted)


def computed_access(plan: FolderPlan, names: list[str]) -> list[Finding]:
    """Return for each account whether it may write where the next scan goes.

    It must be able to enter every folder on the way there.
    """
    if not names:
        return []
    chain = _way(plan)
    return [_finding(name, account_of(name), chain) for name in names]


def _way(plan: FolderPlan) -> list[FolderState]:
    """Return the folders from the data root to where scans go: the first branch of the plan."""
    inside = {path for _, path, _ in plan.model_copy(update={"branches": plan.branches[:1]}).walk()}
    with opened_folders(plan) as folders:
        opened = [(descriptor, path) for descriptor, path, _ in folders if path in inside]
        return [look_at(descriptor, path) for descriptor, path in opened if descriptor is not None]


def _finding(name: str, account: Account | None, way: list[FolderState]) -> Finding:
    if account is None:
        cure = "make the account, or take it out of the property Writers"
        return Finding(part="write", ok=False, finding=f"account {name} is not known here", cure=cure)
    refused = next((state for state in way if not may(account, state, ENTER)), None)
    if refused is None and not may(account, way[-1], WRITE | ENTER):
        refused = way[-1]
    if refused is None:
        return Finding(part="write", ok=True, finding=f"{name} may write in {way[-1].path} (computed)")
    what = f"{name} may not write in {way[-1].path}: stopped at {refused.path} (computed)"
    group = _group_name(refused.gid)
    cure = f"put {name} into group {group}; it counts for processes started after that"
    return Finding(part="write", ok=False, finding=what, cure=cure)


def _named(account: Account, acl: Acl) -> int | None:
    found = (entry.may & mask_of(acl) for entry in acl if entry.tag == Tag.USER and entry.who == account.uid)
    return next(found, None)


def _is_group_of(tag: Tag, who: int | str | None, account: Account) -> bool:
    return tag == Tag.GROUP and who in account.gids


def _has(rights: int, wanted: int) -> bool:
    return rights & wanted == wanted


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
