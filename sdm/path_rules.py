"""Path rules: how a facility lays out its data, as data; where a session's folders are.

Pure text in, text out. ``maxiv_v1`` gives ``/data/visitors/biomax/20170251/20240121/raw``.
"""

import posixpath
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)

from sdm.errors import NameRefusedError, RulesError
from sdm.folders.acl import Acl, acl_text, parse_acl
from sdm.names import check_name, check_sample

Role = Literal["site", "service", "beamline", "proposal"]
Category = Literal["visitors", "staff", "proprietary"]
CATEGORIES: tuple[Category, ...] = ("visitors", "staff", "proprietary")
FIELDS = ("category", "beamline", "proposal", "visit")

Mode = Annotated[int, BeforeValidator(lambda text: int(str(text), 8)), Field(ge=0, le=0o7777)]
"""Permission bits, written as octal text."""

AclText = Annotated[
    Acl,
    BeforeValidator(lambda text: (parse_acl(text) if text else ()) if isinstance(text, str) else text),
    PlainSerializer(acl_text),
]
"""An access control list, written as ``setfacl`` reads it."""


class Rule(BaseModel):
    """Base of the parts of a rule set; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rights(Rule):
    """Who makes a folder, and what it must look like."""

    made_by: Literal["site", "us"]
    owner: Role
    group: Role
    modes: tuple[Mode, ...] = Field(min_length=1, description="the first is made, the others are as good")
    default_acl: AclText = Field(
        default=(), description="what is made in the folder is born with it, whatever its writer's umask"
    )


class Level(Rights):
    """One folder on the way from the data root to the visit."""

    name: str = Field(description="a template of the fields, e.g. {beamline}")

    def render(self, place: "Place") -> str:
        """Return the folder's name for a place."""
        return self.name.format(**{field: getattr(place, field) for field in FIELDS})


Tree = Annotated[tuple[Level, ...], Field(min_length=1)]
"""The folders from the data root to the visit, outermost first."""


class Groups(Rule):
    """Templates of group names."""

    beamline: str
    proposal: str


class Place(Rule):
    """What a path says: whose data this is."""

    category: Category
    beamline: str
    proposal: str
    visit: str
    sample: str = Field(default="", description="folders below raw, with / between them; empty: none")


class Paths(Rule):
    """The folders of a place, absolute."""

    visit: str
    raw: str
    sample: str = Field(description="raw, or the sample's folder below it")
    process: str


class PathRules(Rule):
    """A facility's rule set; ``name`` bears the version."""

    name: str
    zone: str = Field(description="IANA name; visits bear local dates")
    visit_gap_hours: float = Field(ge=2, description="blocks closer than this are one visit")
    proprietary_types: tuple[str, ...]
    staff_types: tuple[str, ...]
    patterns: dict[str, str]
    groups: Groups
    tree: Tree
    trees: dict[Category, Tree] = Field(default={}, description="categories that lie elsewhere than tree")
    raw: str
    process: str
    site_folders: tuple[str, ...]
    inside: Rights
    sample_depth: int = Field(ge=0, le=16)
    unowned: str = Field(description="template below the data root; no proposal may render to it")

    @model_validator(mode="after")
    def _paths_say_everything(self) -> "PathRules":
        for field in FIELDS:
            if field not in self.patterns:
                raise ValueError(f"patterns: {field} is missing")
        for category in CATEGORIES:
            named = "".join(level.name for level in self.tree_of(category))
            for field in FIELDS[1:]:
                if f"{{{field}}}" not in named:
                    raise ValueError(f"tree: no level names {{{field}}}, a path could not be read back")
        for one, other in combinations(CATEGORIES, 2):
            if not _differ(self, one, other):
                raise ValueError(f"tree: a path does not tell {one} from {other}")
        return self

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{zone!r} is no zone of the IANA database of this machine") from None

    @property
    def visit_gap(self) -> timedelta:
        """Blocks closer than this are one visit."""
        return timedelta(hours=self.visit_gap_hours)

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone of the facility."""
        return ZoneInfo(self.zone)

    def tree_of(self, category: Category) -> tuple[Level, ...]:
        """Return the folders from the data root to a visit of this category, outermost first."""
        return self.trees.get(category, self.tree)

    @property
    def reserved(self) -> frozenset[str]:
        """Names that no sample may bear."""
        return frozenset({self.raw, self.process, *self.site_folders})

    def category_of(self, proposal_type: str) -> Category:
        """Return the category of a proposal's type, compared without case."""
        wanted = proposal_type.casefold()
        if wanted in {name.casefold() for name in self.proprietary_types}:
            return "proprietary"
        return "staff" if wanted in {name.casefold() for name in self.staff_types} else "visitors"


def check_place(rules: PathRules, place: Place) -> Place:
    """Return the place when each of its names is allowed; raises NameRefusedError."""
    for field in FIELDS:
        value = check_name(field, getattr(place, field))
        if not re.fullmatch(rules.patterns[field], value, re.ASCII):
            raise NameRefusedError(field, value, f"{rules.name} wants {rules.patterns[field]}")
    check_sample(place.sample, rules.sample_depth, rules.reserved)
    return place


def render(rules: PathRules, root: str, place: Place) -> Paths:
    """Return the folders of a place.

    Parameters
    ----------
    rules
        The facility's rule set.
    root
        Data root, absolute, e.g. ``/data``.
    place
        Whose data this is; its names are checked here.

    Raises
    ------
    NameRefusedError
        With the name that cannot be part of a path.
    RulesError
        The path would be read back as another place; the rule set is ambiguous.
    """
    check_place(rules, place)
    visit = "/".join((root.rstrip("/"), *(level.render(place) for level in rules.tree_of(place.category))))
    raw = f"{visit}/{rules.raw}"
    sample = f"{raw}/{place.sample}" if place.sample else raw
    if parse(rules, root, sample) != place:
        raise RulesError(f"rule set {rules.name}: {sample} would be read back as another place")
    return Paths(visit=visit, raw=raw, sample=sample, process=f"{visit}/{rules.process}")


def parse(rules: PathRules, root: str, path: str) -> Place | None:
    """Return whose data a path holds, or none when it lies in no visit; the reverse of ``render``.

    The path may be the visit's folder or anything below it; what lies below ``raw`` is the sample.
    A path that is not normalised (``..``, doubled or trailing slashes) is in no visit.
    """
    parts = _parts_below(root, path) or []
    found = (_read_place(rules, category, parts) for category in CATEGORIES)
    return next((place for place in found if place), None)


def is_in_proposal(rules: PathRules, root: str, path: str) -> bool:
    """Tell whether a path lies in the tree of any proposal, however deep and whatever its name there."""
    parts = _parts_below(root, posixpath.normpath(path)) or []
    return any(_read_levels(rules, category, parts, "{proposal}") for category in CATEGORIES)


def unowned_path(rules: PathRules, root: str, beamline: str) -> str:
    """Return the folder for scans without a session; raises RulesError when a proposal may own it."""
    path = f"{root.rstrip('/')}/{rules.unowned.format(beamline=beamline)}"
    if is_in_proposal(rules, root, path):
        raise RulesError(f"rule set {rules.name}: {path}, for scans without a session, lies in a proposal")
    return path


def visit_patterns(rules: PathRules, category: Category, beamline: str, proposal: str = "") -> list[str]:
    """Return a regular expression for each folder from the data root down to a visit.

    They find the visits of a beamline, of one proposal when it is given.
    """
    known = {"{beamline}": re.escape(beamline), **({"{proposal}": re.escape(proposal)} if proposal else {})}
    names = [level.name.replace("{category}", category) for level in rules.tree_of(category)]
    return ["".join(known.get(one, piece) for one, piece in _pieces(rules, name)) for name in names]


def is_inside(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies below it, as normalised text."""
    normal = posixpath.normpath(path)
    return normal == folder or normal.startswith(folder.rstrip("/") + "/")


def _parts_below(root: str, path: str) -> list[str] | None:
    prefix = root.rstrip("/") + "/"
    if not path.startswith(prefix):
        return None
    parts = path[len(prefix) :].split("/")
    return None if any(part in ("", ".", "..") for part in parts) else parts


def _read_place(rules: PathRules, category: Category, parts: list[str]) -> Place | None:
    fields = _read_levels(rules, category, parts, "{visit}")
    if fields is None:
        return None
    inside = parts[len(rules.tree_of(category)) :]
    sample = "/".join(inside[1:]) if inside and inside[0] == rules.raw else ""
    try:
        return check_place(rules, Place.model_validate({"category": category, **fields, "sample": sample}))
    except NameRefusedError:
        return None


def _read_levels(
    rules: PathRules, category: Category, parts: list[str], down_to: str
) -> dict[str, str] | None:
    """Return the fields that the outer parts of a path give, none when one does not fit."""
    tree = rules.tree_of(category)
    last = max(number for number, level in enumerate(tree) if down_to in level.name)
    levels = tree if down_to == "{visit}" else tree[: last + 1]
    if len(parts) < len(levels):
        return None
    fields: dict[str, str] = {}
    for level, part in zip(levels, parts, strict=False):
        match = re.fullmatch(_pattern_of(rules, level.name, category), part, re.ASCII)
        if match is None:
            return None
        for field, value in match.groupdict().items():
            if fields.setdefault(field, value) != value:
                return None
    return fields


def _differ(rules: PathRules, one: Category, other: Category) -> bool:
    """Tell whether at some level a fixed name of one category's tree can be no name of the other's."""
    pairs = zip(rules.tree_of(one), rules.tree_of(other), strict=False)
    return any(_fixed_differ(rules, (a, one), (b, other)) for a, b in pairs)


def _fixed_differ(rules: PathRules, one: tuple[Level, Category], other: tuple[Level, Category]) -> bool:
    for (level, category), (against, its_category) in ((one, other), (other, one)):
        name = level.name.replace("{category}", category)
        if "{" not in name and not re.fullmatch(
            _pattern_of(rules, against.name, its_category), name, re.ASCII
        ):
            return True
    return False


def _pattern_of(rules: PathRules, template: str, category: Category) -> str:
    return "".join(pattern for _, pattern in _pieces(rules, template.replace("{category}", category)))


def _pieces(rules: PathRules, template: str) -> Iterator[tuple[str, str]]:
    """Yield each piece of a template, fields and what stands between them, with its pattern."""
    for piece in re.split(r"(\{[a-z_]+\})", template):
        field = piece[1:-1]
        is_field = piece.startswith("{") and field in FIELDS
        yield piece, f"(?P<{field}>{rules.patterns[field]})" if is_field else re.escape(piece)
