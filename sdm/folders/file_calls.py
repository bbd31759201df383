"""The file-system calls that a worker process makes for others, by name, with JSON in and out."""

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from sdm.errors import FolderError, ReplacedError
from sdm.folders.access import computed_access
from sdm.folders.check import check_folders, check_writing, look_at_folders
from sdm.folders.findings import Finding
from sdm.folders.identity import Identities
from sdm.folders.making import make_folders
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Progress, Tell
from sdm.folders.repair import repair_folders
from sdm.folders.sheets import VisitFound, find_visits, write_sheet
from sdm.folders.tree_check import check_closed, check_tree
from sdm.folders.undo import remove_folders
from sdm.folders.visit_lock import LockReport, lock_visit, unlock_visit
from sdm.folders.walk import FolderState


class Call(BaseModel):
    """One question to the worker."""

    name: str
    plan: FolderPlan | None = None
    plans: list[FolderPlan] = []
    states: list[FolderState] = []
    known: Identities = {}
    folder: str = ""
    free_limit_gib: float = 0
    accounts: list[str] = []
    text: str = ""
    trees: list[list[str]] = []
    with_sheets: bool = False


class Answer(BaseModel):
    """What came of it; ``error`` is the text of a FolderError, of a ReplacedError when ``replaced``."""

    states: list[FolderState] = []
    findings: list[Finding] = []
    lock: LockReport | None = None
    left: list[str] = []
    visits: list[VisitFound] = []
    error: str | None = None
    replaced: bool = False


class Line(BaseModel):
    """One line from the worker: a sign of life on the way, or the answer."""

    progress: Progress | None = None
    answer: Answer | None = None


def answer(call: Call, tell: Tell) -> Answer:
    """Make one call; a refusal of the file system is an answer too."""
    try:
        return _CALLS[call.name](call, tell)
    except FolderError as error:
        return Answer(error=str(error), replaced=isinstance(error, ReplacedError))
    except OSError as error:
        return Answer(error=f"{error.filename or call.folder or call.name}: {error.strerror}")


def _make(call: Call, tell: Tell) -> Answer:
    return Answer(states=make_folders(_plan(call), call.known))


def _unmake(call: Call, tell: Tell) -> Answer:
    return Answer(left=remove_folders(_plan(call), call.states))


def _look(call: Call, tell: Tell) -> Answer:
    return Answer(states=look_at_folders(_plan(call)))


def _check(call: Call, tell: Tell) -> Answer:
    findings = check_folders(call.plan) if call.plan else []
    accesses = computed_access(call.plan, call.accounts) if call.plan else []
    return Answer(
        findings=[*findings, *check_writing(call.folder, call.free_limit_gib, call.plan), *accesses]
    )


def _check_tree(call: Call, tell: Tell) -> Answer:
    return Answer(findings=check_tree(_plan(call), tell))


def _check_closed(call: Call, tell: Tell) -> Answer:
    return Answer(findings=check_closed(call.plans, tell))


def _repair(call: Call, tell: Tell) -> Answer:
    repaired = repair_folders(_plan(call), call.known)
    return Answer(findings=repaired.findings, states=repaired.made)


def _lock(call: Call, tell: Tell) -> Answer:
    return Answer(lock=lock_visit(_plan(call), tell))


def _unlock(call: Call, tell: Tell) -> Answer:
    return Answer(lock=unlock_visit(_plan(call), tell))


def _write_sheet(call: Call, tell: Tell) -> Answer:
    write_sheet(_plan(call), call.text)
    return Answer()


def _find_visits(call: Call, tell: Tell) -> Answer:
    trees = (find_visits(call.folder, patterns, call.with_sheets, tell) for patterns in call.trees)
    return Answer(visits=[visit for tree in trees for visit in tree])


def _is_folder(call: Call, tell: Tell) -> Answer:
    if Path(call.folder).is_dir():
        return Answer()
    return Answer(error=f"{call.folder} is missing or no folder")


def _plan(call: Call) -> FolderPlan:
    if call.plan is None:
        raise FolderError(f"{call.name} needs a plan")
    return call.plan


_CALLS: dict[str, Callable[[Call, Tell], Answer]] = {
    "make": _make,
    "unmake": _unmake,
    "look": _look,
    "check": _check,
    "check_tree": _check_tree,
    "check_closed": _check_closed,
    "repair": _repair,
    "lock": _lock,
    "unlock": _unlock,
    "write_sheet": _write_sheet,
    "find_visits": _find_visits,
    "is_folder": _is_folder,
}


def as_line(model: BaseModel) -> bytes:
    """Return a model as one line of JSON."""
    return model.model_dump_json().encode() + b"\n"
