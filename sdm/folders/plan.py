"""Which folders a session needs, from the data root down, and what each must look like. Pure."""

from collections.abc import Generator, Iterator
from itertools import takewhile

from sdm.folders.acl import Acl
from sdm.path_rules import Category, PathRules, Place, Rights, Role, Rule, check_place
from sdm.principal import Principal


class Principals(Rule):
    """Who plays the roles that a rule set speaks of."""

    site_owner: Principal = "root"
    site_group: Principal = "root"
    service: Principal
    beamline: Principal
    proposal: Principal

    def owner(self, role: Role) -> Principal:
        """Return the account in a role."""
        return self.site_owner if role == "site" else self.service

    def group(self, role: Role) -> Principal:
        """Return the group in a role."""
        return {"site": self.site_group, "beamline": self.beamline, "proposal": self.proposal}.get(
            role, self.beamline
        )


class Step(Rule):
    """One folder of a plan."""

    name: str
    made_by_us: bool
    owner: Principal
    group: Principal
    modes: tuple[int, ...]
    default_acl: Acl = ()

    @property
    def mode(self) -> int:
        """The mode that we give it."""
        return self.modes[0]


class FolderPlan(Rule):
    """A chain of folders below a root, and branches below the last of them, each a chain too."""

    root: str
    chain: tuple[Step, ...]
    branches: tuple[tuple[Step, ...], ...] = ()

    @property
    def end(self) -> str:
        """The path of the last folder of the chain: of a visit's plan, the visit."""
        return "/".join((self.root.rstrip("/"), *(step.name for step in self.chain)))

    def walk(self) -> Iterator[tuple[str, str, Step]]:
        """Yield the path of each folder's parent, its own path and its step; parents come first."""
        end = yield from _down(self.root.rstrip("/"), self.chain)
        for branch in self.branches:
            yield from _down(end, branch)


def plan_visit(rules: PathRules, root: str, place: Place, who: Principals) -> FolderPlan:
    """Return the plan of a visit and, when the place names one, of a sample; raises NameRefusedError."""
    check_place(rules, place)
    chain = tuple(_step(level.render(place), level, who) for level in rules.tree_of(place.category))
    sample = place.sample.split("/") if place.sample else []
    beside = [name for name in dict.fromkeys((rules.process, *rules.site_folders)) if name != rules.raw]
    names = [[rules.raw, *sample], *([name] for name in beside)]
    branches = tuple(tuple(_step(name, rules.inside, who) for name in branch) for branch in names)
    return FolderPlan(root=root, chain=chain, branches=branches)


def plan_site(rules: PathRules, root: str, category: Category, beamline: str, who: Principals) -> FolderPlan:
    """Return the part of the tree that the site makes, once per category and beamline."""
    place = Place(category=category, beamline=beamline, proposal="", visit="")
    above = takewhile(lambda level: "{proposal}" not in level.name, rules.tree_of(category))
    levels = [level for level in above if level.made_by == "site"]
    return FolderPlan(root=root, chain=tuple(_step(level.render(place), level, who) for level in levels))


def plan_proposal(
    rules: PathRules, root: str, category: Category, beamline: str, proposal: str, who: Principals
) -> FolderPlan:
    """Return what lies above the visits of a proposal at a beamline; from the proposal on, root makes it."""
    place = Place(category=category, beamline=beamline, proposal=proposal, visit="")
    levels = list(takewhile(lambda level: "{visit}" not in level.name, rules.tree_of(category)))
    first = next(number for number, level in enumerate(levels) if "{proposal}" in level.name)
    steps = [_step(level.render(place), level, who) for level in levels]
    made = [step.model_copy(update={"made_by_us": True}) for step in steps[first:]]
    return FolderPlan(root=root, chain=(*steps[:first], *made))


def _down(path: str, steps: tuple[Step, ...]) -> Generator[tuple[str, str, Step], None, str]:
    for step in steps:
        parent, path = path, f"{path}/{step.name}"
        yield parent, path, step
    return path


def _step(name: str, rights: Rights, who: Principals) -> Step:
    return Step(
        name=name,
        made_by_us=rights.made_by == "us",
        owner=who.owner(rights.owner),
        group=who.group(rights.group),
        modes=rights.modes,
        default_acl=rights.default_acl,
    )
