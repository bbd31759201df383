"""What only root can do to the visits of others' files, where the files are; needs no Tango."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from pathfixer.visits.record import Event, VisitRecord
from sdm.errors import RulesError, SdmError
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import FolderPlan, Principals, plan_visit
from sdm.folders.progress import Tell
from sdm.folders.visit_lock import LOCKED_VISIT, LockReport
from sdm.path_rules import parse, render
from sdm.rule_files import load_rules


class NotForRootError(SdmError):
    """Root must not do this to that folder; the text says why."""


def lock_rest(folder: str, rules_name: str, root: str, tell: Tell) -> LockReport:
    """Lock what is left in a closed visit, whoever owns it.

    Raises
    ------
    NotForRootError
        The folder is no visit of the rules, PathFixer has not closed it, or this is not root.
    SdmError
        The rules or the file system failed.
    """
    plan = _plan_of(folder, rules_name, root)
    with _worker() as files:
        if _event(files, plan) not in ("closed", "locked"):
            _require(files, plan, LOCKED_VISIT, "PathFixer closes it first, with scizoo visit close")
        return files.lock(plan, tell)


def unlock_all(folder: str, rules_name: str, root: str, tell: Tell) -> LockReport:
    """Give the folders of a reopened visit their rights again, whoever owns them.

    Raises
    ------
    NotForRootError
        The folder is no visit of the rules, PathFixer has not opened it again, or this is not root.
    SdmError
        The rules or the file system failed.
    """
    plan = _plan_of(folder, rules_name, root)
    with _worker() as files:
        if _event(files, plan) != "reopened":
            _require(files, plan, plan.chain[-1].mode, "PathFixer opens it first, with scizoo visit reopen")
        return files.unlock(plan, tell)


@contextmanager
def _worker() -> Iterator[FileWorker]:
    files = FileWorker()
    try:
        yield files
    finally:
        files.close()


def _event(files: FileWorker, plan: FolderPlan) -> Event | None:
    """Return what PathFixer has last done to a visit by its sheet; none when there is none."""
    patterns = [re.escape(step.name) for step in plan.chain]
    found = files.find_visits(plan.root, [patterns], with_sheets=True)
    try:
        return VisitRecord.model_validate_json(found[0].sheet).event if found else None
    except ValidationError:
        return None


def _require(files: FileWorker, plan: FolderPlan, mode: int, otherwise: str) -> None:
    folders = files.look(plan.model_copy(update={"branches": ()}))
    if folders[-1].mode != mode:
        raise NotForRootError(f"{plan.end} has mode {folders[-1].mode:04o}: {otherwise}")


def _plan_of(folder: str, rules_name: str, root: str) -> FolderPlan:
    if os.geteuid() != 0:
        raise NotForRootError("--as-root is for root, on the machine that has the files")
    rules = load_rules(rules_name)
    place = parse(rules, root, folder.rstrip("/"))
    if place is None:
        raise RulesError(f"{folder} is no visit of {rules_name} below {root}")
    plan = plan_visit(rules, root, place, _NOBODY)
    if render(rules, root, place).visit != folder.rstrip("/"):
        raise NotForRootError(f"{folder} lies in visit {plan.end}: give that")
    return plan


_NOBODY = Principals(service=0, beamline=0, proposal=0)
"""Locking asks for nobody's name: each entry keeps its owner and group."""
