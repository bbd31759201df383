"""Path rules: how a facility lays out its data, as data; where a session's folders are.

Pure text in, text out. ``maxiv_v1`` gives ``/data/visitors/biomax/20170251/20240121/raw``.
"""

import posixpath
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from sdm.errors import NameRefusedError
from sdm.names import check_name, check_sample

Role = Literal["site", "service", "beamline", "proposal"]
Category = Literal["visitors", "staff", "proprietary"]
FIELDS = ("category", "beamline", "proposal", "visit")

Mode = Annotated[int, BeforeValidator(lambda text: int(str(text), 8)), Field(ge=0, le=0o7777)]
"""Permission bits, written as octal text."""


class Rule(BaseModel):
    """Base of the parts of a rule set; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rights(Rule):
    """Who makes a folder, and what it must look like."""

    made_by: Literal["site", "us"]
    owner: Role
    group: Role
    modes: tuple[Mode, ...] = Field(min_length=1, description="the first is made, the others are as good")


class Level(Rights):
    """One folder on the way from the data root to the visit."""

    name: str = Field(description="a template of the fields, e.g. {beamline}")

    def render(self, place: "Place") -> str:
        """Return the folder's name for a place."""
        return self.name.format(**place.model_dump(include=set(FIELDS)))


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
    tree: tuple[Level, ...] = Field(min_length=1)
    raw: str
    process: str
    site_folders: tuple[str, ...]
    inside: Rights
    sample_depth: int = Field(ge=0, le=16)
    unowned: str = Field(description="template below the data root; no proposal may render to it")

    @model_validator(mode="after")
    def _paths_say_everything(self) -> "PathRules":
        named = "".join(level.name for level in self.tree)
        for field in FIELDS:
            if field not in self.patterns:
                raise ValueError(f"patterns: {field} is missing")
            if f"{{{field}}}" not in named:
                raise ValueError(f"tree: no level names {{{field}}}, a path could not be read back")
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
    """
    check_place(rules, place)
    visit = "/".join((root.rstrip("/"), *(level.render(place) for level in rules.tree)))
    raw = f"{visit}/{rules.raw}"
    return Paths(
        visit=visit,
        raw=raw,
        sample=f"{raw}/{place.sample}" if place.sample else raw,
        process=f"{visit}/{rules.process}",
    )


def parse(rules: PathRules, root: str, path: str) -> Place | None:
    """Return whose data a path holds, or none when it lies in no visit; the reverse of ``render``.

    The path may be the visit's folder or anything below it; what lies below ``raw`` is the sample.
    A path that is not normalised (``..``, doubled or trailing slashes) is in no visit.
    """
    parts = _parts_below(root, path)
    if parts is None or len(parts) < len(rules.tree):
        return None
    fields = _read_levels(rules.tree, rules, parts)
    inside = parts[len(rules.tree) :]
    sample = "/".join(inside[1:]) if inside and inside[0] == rules.raw else ""
    try:
        return check_place(rules, Place.model_validate({**fields, "sample": sample})) if fields else None
    except NameRefusedError:
        return None


def is_in_proposal(rules: PathRules, root: str, path: str) -> bool:
    """Tell whether a path lies in the tree of any proposal, however deep and whatever its name there."""
    parts = _parts_below(root, posixpath.normpath(path))
    depth = 1 + next(number for number, level in enumerate(rules.tree) if "{proposal}" in level.name)
    return parts is not None and len(parts) >= depth and bool(_read_levels(rules.tree[:depth], rules, parts))


def unowned_path(rules: PathRules, root: str, beamline: str) -> str:
    """Return the folder for scans without a session."""
    return f"{root.rstrip('/')}/{rules.unowned.format(beamline=beamline)}"


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


def _read_levels(levels: tuple[Level, ...], rules: PathRules, parts: list[str]) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    for level, part in zip(levels, parts, strict=False):
        match = re.fullmatch(_pattern_of(rules, level.name), part, re.ASCII)
        if match is None:
            return None
        for field, value in match.groupdict().items():
            if fields.setdefault(field, value) != value:
                return None
    return fields


def _pattern_of(rules: PathRules, template: str) -> str:
    return "".join(_pieces(rules, template))


def _pieces(rules: PathRules, template: str) -> Iterator[str]:
    for piece in re.split(r"(\{[a-z_]+\})", template):
        field = piece[1:-1]
        is_field = piece.startswith("{") and field in FIELDS
        yield f"(?P<{field}>{rules.patterns[field]})" if is_field else re.escape(piece)
