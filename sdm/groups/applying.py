"""Doing the steps of a plan, one by one: looked at before and after, logged, and told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sdm.errors import SdmError
from sdm.groups.change_log import ChangeLog
from sdm.groups.errors import DirectoryRefusedError, DirectoryUnavailableError
from sdm.groups.steps import Site, Step

State = Literal["done", "already so", "failed", "not done"]


@dataclass(frozen=True)
class Result:
    """What became of one step."""

    step: Step
    state: State
    reason: str = ""


def apply_steps(steps: Sequence[Step], site: Site, log: ChangeLog) -> list[Result]:
    """Do the steps in their order and return what became of each.

    A step that fails leaves out those that need what it makes; when the directory does not answer,
    all that follow are left out. Nothing is undone: the next run goes on from what it finds.
    """
    results: list[Result] = []
    missing: set[str] = set()
    away = ""
    for step in steps:
        if away or step.needs in missing:
            reason = away or f"{step.needs} could not be made"
            results.append(Result(step, "not done", reason))
            continue
        result, away = _attempt(step, site, log)
        if result.state == "failed" and step.makes:
            missing.add(step.makes)
        results.append(result)
    return results


def _attempt(step: Step, site: Site, log: ChangeLog) -> tuple[Result, str]:
    """Return what became of a step, and why the others cannot be done when the directory is away."""
    try:
        return _do(step, site, log), ""
    except DirectoryUnavailableError as error:
        log.write("failed", step.text, str(error))
        return Result(step, "failed", str(error)), "the directory did not answer"
    except SdmError as error:
        log.write("failed", step.text, str(error))
        return Result(step, "failed", str(error)), ""


def _do(step: Step, site: Site, log: ChangeLog) -> Result:
    if step.is_done(site):
        return Result(step, "already so")
    log.write("begun", step.text)
    step.do(site)
    if not step.is_done(site):
        raise DirectoryRefusedError("the directory agreed, and read again it is not so")
    log.write("done", step.text)
    return Result(step, "done")
