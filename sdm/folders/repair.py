"""Repairing the folders of a session: only what loses nothing; the rest is a command for root."""

from dataclasses import dataclass

from sdm.folders.check import check_folders
from sdm.folders.findings import Finding
from sdm.folders.identity import Identities
from sdm.folders.making import make_folders, settle_rights
from sdm.folders.plan import FolderPlan
from sdm.folders.walk import FolderState, opened_folders


@dataclass(frozen=True)
class Repaired:
    """What came of a repair: what was done and is left, and the folders that were made anew."""

    findings: list[Finding]
    made: list[FolderState]


def repair_folders(plan: FolderPlan, known: Identities | None = None) -> Repaired:
    """Make what is missing, set what this account may set, and report what remains.

    A folder of somebody else, and a mode whose setgid would get lost, stay as they are.

    Returns
    -------
    Repaired
        Findings: first what was repaired, then what is left, each with the command that root has to run.

    Raises
    ------
    FolderError
        A folder is a link, is not the one that is known, or cannot be made.
    """
    before = [finding for finding in check_folders(plan) if not finding.ok]
    made = [state for state in make_folders(plan, known) if state.made]
    _settle(plan)
    after = [finding for finding in check_folders(plan) if not finding.ok]
    left = {finding.finding for finding in after}
    done = [f"{state.path} made" for state in made]
    done += [f"repaired: {one.finding}" for one in before if one.part == "rights" and one.finding not in left]
    return Repaired([*(Finding(part="repair", ok=True, finding=text) for text in done), *after], made)


def _settle(plan: FolderPlan) -> None:
    with opened_folders(plan) as folders:
        for descriptor, path, step in folders:
            if descriptor is not None and step.made_by_us:
                settle_rights(descriptor, path, step)
