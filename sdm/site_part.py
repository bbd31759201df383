"""The part of the tree that a site makes once: data for its installer, the demo and tests."""

import shlex
from typing import get_args

from sdm.folders.plan import FolderPlan, Principals, Step, plan_site
from sdm.path_rules import Category, PathRules


def plan_site_part(rules: PathRules, root: str, beamline: str, who: Principals) -> list[FolderPlan]:
    """Return plans that make the site's folders of one beamline, and the one for unowned scans.

    Handing folders to ``who.site_owner`` and to groups takes root, or being that account.
    """
    categories: tuple[Category, ...] = get_args(Category)
    plans = [plan_site(rules, root, category, beamline, who) for category in categories]
    return [*(_to_make(plan.chain, root) for plan in plans), _unowned(rules, root, beamline, who)]


def site_commands(rules: PathRules, root: str, beamline: str, who: Principals) -> list[str]:
    """Return the shell commands that make the same folders as root, each once, outermost first."""
    plans = plan_site_part(rules, root, beamline, who)
    steps = (
        (f"{root}/{'/'.join(one.name for one in plan.chain[: depth + 1])}", step)
        for plan in plans
        for depth, step in enumerate(plan.chain)
    )
    return list(dict.fromkeys(_command(path, step) for path, step in steps))


def _command(path: str, step: Step) -> str:
    words = ["install", "-d", "-o", step.owner, "-g", step.group, "-m", f"{step.mode:04o}", path]
    return shlex.join(str(word) for word in words)


def _to_make(chain: tuple[Step, ...], root: str) -> FolderPlan:
    made = tuple(step.model_copy(update={"made_by_us": True}) for step in chain)
    return FolderPlan(root=root, chain=made)


def _unowned(rules: PathRules, root: str, beamline: str, who: Principals) -> FolderPlan:
    names = rules.unowned.format(beamline=beamline).split("/")
    known = {step.name: step for step in plan_site(rules, root, "staff", beamline, who).chain}
    own = Step(name="", made_by_us=True, owner=who.service, group=who.beamline, modes=(0o2770,))
    chain = tuple(known.get(name, own.model_copy(update={"name": name})) for name in names)
    return _to_make(chain, root)
