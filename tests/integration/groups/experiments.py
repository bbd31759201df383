"""A proposal before its experiment, in a world: what the office says, planning and applying."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import yaml

from sdm.groups.applying import Result
from sdm.groups.before_experiment import apply_plan, plan_proposal_groups
from sdm.groups.change_log import ChangeLog, this_author
from sdm.groups.folder_step import GiveFolder
from sdm.groups.plan import Plan
from sdm.groups.settings import GroupsSettings
from sdm.groups.steps import Site
from sdm.rule_files import load_rules
from sdm.user_office.yaml_office import YamlOffice
from tests.integration.groups.worlds import World, now

NUMBER = "20260101"
GROUP = f"{NUMBER}-group"


class Experiment:
    """Proposal 20260101 at biomax: kim is its PI, lee a member."""

    def __init__(self, world: World, settings: GroupsSettings) -> None:
        self.world = world
        self.site = Site(world.directory(), settings, load_rules("maxiv_v1"))
        self.office_file = world.folder / "office.yaml"
        self.office = YamlOffice(file=str(self.office_file))
        self.people("kim", "lee")

    @classmethod
    @contextmanager
    def of(cls, world: World, **changes: Any) -> Iterator["Experiment"]:
        made = cls(world, world.settings(**changes))
        try:
            yield made
        finally:
            made.site.directory.close()

    def people(self, *accounts: str, **more: Any) -> None:
        """Let the office name these; the first is the PI."""
        pi, *members = ({"account": account} for account in accounts or (None,))
        proposal = {"number": NUMBER, "beamlines": ["biomax"], "pi": pi, "members": members, **more}
        self.proposals(proposal)

    def proposals(self, *proposals: dict[str, Any]) -> None:
        self.office_file.write_text(yaml.safe_dump({"proposals": list(proposals)}))

    def plan(self) -> Plan:
        return plan_proposal_groups(NUMBER, self.office, self.site)

    def planned(self) -> list[str]:
        """What is to be done, without the folder: handing that over takes root."""
        return [step.text for step in self.plan().steps if not isinstance(step, GiveFolder)]

    def apply(self, yes: bool = False, plan: Plan | None = None) -> list[Result]:
        results = self.apply_all(yes, plan)
        return [result for result in results if not isinstance(result.step, GiveFolder)]

    def apply_all(self, yes: bool = False, plan: Plan | None = None) -> list[Result]:
        """Apply, the folder too."""
        plan = plan or self.plan()
        log = ChangeLog(self.site.settings.change_log, this_author(), "a test", now)
        try:
            return apply_plan(plan, self.site, log, yes)
        finally:
            log.close()

    def first_step_only(self) -> Plan | None:
        """Plan anew and keep one step; none when there is nothing to do."""
        plan = self.plan()
        steps = [step for step in plan.steps if not isinstance(step, GiveFolder)]
        return replace(plan, steps=tuple(steps[:1])) if steps else None

    def applied(self) -> None:
        """Apply, and want everything done."""
        results = self.apply()
        assert [one for one in results if one.state not in ("done", "already so")] == []

    def everybody(self) -> set[str]:
        """Who should be listed in the proposal's group while the office names kim and lee."""
        return {"kim", "lee", "svc-biomax", "det-biomax", "biomax" if self.world.nests else "sam"}
