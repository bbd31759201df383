"""The file-system calls that a worker process makes for others, by name, with JSON in and out."""

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from sdm.errors import FolderError
from sdm.findings import Finding
from sdm.folder_check import check_folders, check_writing, look_at_folders
from sdm.folder_plan import FolderPlan
from sdm.folder_repair import repair_folders
from sdm.folder_undo import remove_folders
from sdm.folder_walk import FolderState
from sdm.folders import make_folders


class Call(BaseModel):
    """One question to the worker."""

    name: str
    plan: FolderPlan | None = None
    states: list[FolderState] = []
    folder: str = ""
    free_limit_gib: float = 0


class Answer(BaseModel):
    """What came of it; ``error`` is the text of a FolderError."""

    states: list[FolderState] = []
    findings: list[Finding] = []
    left: list[str] = []
    error: str | None = None


def answer(call: Call) -> Answer:
    """Make one call; a refusal of the file system is an answer too."""
    try:
        return _CALLS[call.name](call)
    except FolderError as error:
        return Answer(error=str(error))
    except OSError as error:
        return Answer(error=f"{error.filename or call.folder or call.name}: {error.strerror}")


def _make(call: Call) -> Answer:
    return Answer(states=make_folders(_plan(call)))


def _unmake(call: Call) -> Answer:
    return Answer(left=remove_folders(_plan(call), call.states))


def _look(call: Call) -> Answer:
    return Answer(states=look_at_folders(_plan(call)))


def _check(call: Call) -> Answer:
    findings = check_folders(call.plan) if call.plan else []
    return Answer(findings=[*findings, *check_writing(call.folder, call.free_limit_gib)])


def _repair(call: Call) -> Answer:
    return Answer(findings=repair_folders(_plan(call)))


def _is_folder(call: Call) -> Answer:
    if Path(call.folder).is_dir():
        return Answer()
    return Answer(error=f"{call.folder} is missing or no folder")


def _plan(call: Call) -> FolderPlan:
    if call.plan is None:
        raise FolderError(f"{call.name} needs a plan")
    return call.plan


_CALLS: dict[str, Callable[[Call], Answer]] = {
    "make": _make,
    "unmake": _unmake,
    "look": _look,
    "check": _check,
    "repair": _repair,
    "is_folder": _is_folder,
}


def as_line(model: BaseModel) -> bytes:
    """Return a model as one line of JSON."""
    return model.model_dump_json().encode() + b"\n"
