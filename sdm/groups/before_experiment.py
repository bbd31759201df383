"""What is done for a proposal before its experiment: ask the office, survey, plan, apply."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sdm.groups.applying import Result, apply_steps
from sdm.groups.change_log import ChangeLog
from sdm.groups.errors import GroupsError
from sdm.groups.folder_step import GiveFolder, folder_path
from sdm.groups.plan import Plan
from sdm.groups.planning import plan_groups
from sdm.groups.steps import Site, Step
from sdm.groups.survey import survey
from sdm.groups.wanted import Wanted, wanted_for
from sdm.user_office.protocol import ACCEPTED, GENERATIONS, Proposal, UserOffice


def plan_proposal_groups(number: str, office: UserOffice, site: Site) -> Plan:
    """Return what is to be done for a proposal; changes nothing.

    Raises
    ------
    UserOfficeError
        The office does not know the proposal or a parent of it, or gave no answer.
    GroupsError
        The proposal may have no group, or the directory did not tell everything.
    NameRefusedError
        The rules give its group an impossible name.
    """
    proposal = office.proposal(number)
    wanted = wanted_for(proposal, _ancestors(proposal, office), site.settings, site.rules)
    plan = plan_groups(wanted, survey(site.directory, wanted, site.settings), site.settings)
    steps = (step for step in plan.steps if not step.is_done(site))
    return replace(plan, steps=(*steps, *([] if plan.blocks else _folders(wanted, plan, site))))


def apply_plan(plan: Plan, site: Site, log: ChangeLog, yes: bool) -> list[Result]:
    """Do what a plan says; a plan that is held needs a yes, a blocked one is never done."""
    log.proposal = plan.proposal
    if plan.blocks or (plan.holds and not yes):
        return [Result(step, "not done", "the plan is held") for step in plan.steps]
    return apply_steps(plan.steps, site, log)


def starting_within(
    office: UserOffice, beamlines: Iterable[str], span: timedelta, now: datetime
) -> list[str]:
    """Return the numbers of accepted proposals with a block that runs, or begins within a span."""
    numbers = set()
    for beamline in beamlines:
        for proposal in office.proposals(beamline):
            blocks = proposal.blocks_at(beamline)
            soon = any(block.start <= now + span and block.end > now for block in blocks)
            if soon and proposal.status == ACCEPTED:
                numbers.add(proposal.number)
    return sorted(numbers)


def _ancestors(proposal: Proposal, office: UserOffice) -> list[Proposal]:
    found: list[Proposal] = []
    number = proposal.parent
    while number:
        if len(found) == GENERATIONS or number in {one.number for one in (proposal, *found)}:
            raise GroupsError(f"proposal {proposal.number} has no end of parents: ask the user office")
        found.append(office.proposal(number))
        number = found[-1].parent
    return found


def _folders(wanted: Wanted, plan: Plan, site: Site) -> list[Step]:
    """Return the folders that are to be made; two beamlines may share one, it is the first one's."""
    is_new = any(step.makes == wanted.group for step in plan.steps)
    steps: dict[str, GiveFolder] = {}
    for beamline in wanted.beamlines:
        path = folder_path(site, wanted.category, beamline, wanted.proposal)
        step = GiveFolder(path, wanted.proposal, beamline, wanted.category, wanted.group)
        steps.setdefault(path, step)
    return [step for step in steps.values() if is_new or not step.is_done(site)]
