"""Which folders a session needs, from the data root down, and what each must look like. Pure."""

from sdm.accounts import Principal
from sdm.path_rules import Category, PathRules, Place, Rights, Role, Rule, check_place


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

    @property
    def mode(self) -> int:
        """The mode that we give it."""
        return self.modes[0]


class FolderPlan(Rule):
    """A chain of folders below a root, and the folders side by side in the last of them."""

    root: str
    chain: tuple[Step, ...]
    leaves: tuple[Step, ...] = ()


def plan_visit(rules: PathRules, root: str, place: Place, who: Principals) -> FolderPlan:
    """Return the plan of a visit with everything in it but samples; raises NameRefusedError."""
    chain = _chain(rules, place, who)
    names = dict.fromkeys((rules.raw, rules.process, *rules.site_folders))
    return FolderPlan(root=root, chain=chain, leaves=tuple(_step(name, rules.inside, who) for name in names))


def plan_sample(rules: PathRules, root: str, place: Place, who: Principals) -> FolderPlan:
    """Return the plan of the folder that scans of a place go to: raw, or a sample's below it."""
    inside = (rules.raw, *place.sample.split("/")) if place.sample else (rules.raw,)
    steps = tuple(_step(name, rules.inside, who) for name in inside)
    return FolderPlan(root=root, chain=_chain(rules, place, who) + steps)


def plan_site(rules: PathRules, root: str, category: Category, beamline: str, who: Principals) -> FolderPlan:
    """Return the part of the tree that the site makes, once per category and beamline."""
    place = Place(category=category, beamline=beamline, proposal="", visit="")
    levels = [level for level in rules.tree if level.made_by == "site"]
    return FolderPlan(root=root, chain=tuple(_step(level.render(place), level, who) for level in levels))


def _chain(rules: PathRules, place: Place, who: Principals) -> tuple[Step, ...]:
    check_place(rules, place)
    return tuple(_step(level.render(place), level, who) for level in rules.tree)


def _step(name: str, rights: Rights, who: Principals) -> Step:
    return Step(
        name=name,
        made_by_us=rights.made_by == "us",
        owner=who.owner(rights.owner),
        group=who.group(rights.group),
        modes=rights.modes,
    )
