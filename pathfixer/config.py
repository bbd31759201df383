"""What a PathFixer is configured with; the device's properties have the same names in PascalCase."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from pathfixer.endstations import NO_ENDSTATION, Endstation, parse_endstation, selection_lines
from pathfixer.following.listener import Line, parse_listener
from pathfixer.following.scan_file import check_template
from sdm.folders.plan import FolderPlan, Principals, plan_visit
from sdm.path_rules import PathRules, Place, unowned_path
from sdm.principal import Principal, parse_principal


def _readable(parse: Callable[[str], Any]) -> AfterValidator:
    """Return a check that a line can be read; it is kept as it is."""

    def check(line: str) -> str:
        parse(line)
        return line

    return AfterValidator(check)


EndstationLine = Annotated[str, _readable(parse_endstation)]
ListenerText = Annotated[str, _readable(parse_listener)]
ScanFileTemplate = Annotated[str, _readable(check_template)]


class Config(BaseModel):
    """Configuration of one PathFixer. Spans are in seconds."""

    beamline: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    user_office: str = Field(default="yaml", description="entry point of group scizoo.user_office")
    user_office_settings: tuple[str, ...] = Field(default=(), description="name=value, one a line")
    rules: str = Field(default="maxiv_v1", description="a shipped rule set, or an absolute path")
    data_root: str = Field(default="/data", pattern="^/")
    unowned_path: str | None = Field(default=None, description="where scans without a session go")
    macro_servers: tuple[str, ...] = ()
    doors: tuple[str, ...] = Field(default=(), description="none: those of the MacroServers")
    listeners: tuple[ListenerText, ...] = Field(default=(), description="<attribute>=<template>, one a line")
    endstations: tuple[EndstationLine, ...] = ()
    siblings: tuple[str, ...] = Field(default=(), description="the other PathFixers of the beamline")
    staff: tuple[str, ...] = Field(
        default=(), description="may open any proposal where this machine cannot tell the beamline's group"
    )
    office_memory: float = Field(
        default=30, gt=0, description="days; what the office told before is forgotten"
    )
    office_recheck: float = Field(
        default=60, gt=0, description="a session opened while it was away is put to it again this often"
    )
    fixed_members: tuple[str, ...] = Field(default=(), description="accounts of every proposal group")
    put_back: bool = Field(default=False, description="undo a user's change of ScanDir, once per change")
    scan_file: tuple[ScanFileTemplate, ...] = Field(default=(), description="written at opening, if any")
    growth_window: float = Field(default=10, ge=0, description="no switch so soon after a file grew; 0: any")
    growth_listing: float = Field(default=30, ge=0, description="files are listed so often; 0: events only")
    state_directory: str | None = Field(default=None, description="a local folder, mode 0700")
    site_owner: str = Field(default="root", description="account, or #number, that owns the site's folders")
    site_group: str = "root"
    beamline_group: str | None = Field(default=None, description="instead of the rules' name")
    proposal_group: str | None = Field(default=None, description="instead of the rules' name")
    free_space_limit: float = Field(default=10, ge=0, description="GiB; less is a finding")
    watch_interval: float = Field(default=2, gt=0, le=10, description="ScanDir is looked at this often")
    file_timeout: float = Field(default=10, gt=0, description="a storage that takes longer hangs")
    writers: tuple[str, ...] = Field(
        default=(), description="accounts beside ours that must write (detectors)"
    )
    visit_grace: float = Field(
        default=72, ge=0, description="hours after its last block a visit closes by itself"
    )
    reopened_for: float = Field(
        default=24, gt=0, description="hours after which a reopened visit locks itself"
    )

    def state_folder(self, device: str) -> Path:
        """Return the folder of the store of a device, whose name means the same in capitals."""
        name = device.lower().replace("/", "_")
        return Path(self.state_directory or f"/var/lib/scizoo/pathfixer/{name}")

    def unowned(self, rules: PathRules) -> str:
        """Return the folder that scans go to while there is no session."""
        return self.unowned_path or unowned_path(rules, self.data_root, self.beamline)

    def endstation_of(self, name: str | None) -> Endstation:
        """Return what a session at an endstation takes: without a name all that the device has.

        An endstation that is configured no longer has nothing.
        """
        if name is None:
            return self._whole_beamline()
        return next((one for one in self._stations() if one.name == name), Endstation(name))

    def listener_lines(self) -> tuple[Line, ...]:
        """Return every attribute that follows sessions, and what is written there."""
        return (*map(parse_listener, self.listeners), *selection_lines(self._stations()))

    def endstation_names(self) -> list[str]:
        """Return what ``Endstation`` may be."""
        return [NO_ENDSTATION, *(one.name for one in self._stations())]

    def beamline_principal(self, rules: PathRules) -> Principal:
        """Return the group of the beamline's people."""
        return self._group(self.beamline_group, rules.groups.beamline, {"beamline": self.beamline})

    def principals(self, rules: PathRules, service: int, proposal: str) -> Principals:
        """Return who owns what for a proposal; ``service`` is the uid of the device's account."""
        fields = {"beamline": self.beamline, "proposal": proposal}
        return Principals(
            site_owner=parse_principal(self.site_owner),
            site_group=parse_principal(self.site_group),
            service=service,
            beamline=self.beamline_principal(rules),
            proposal=self._group(self.proposal_group, rules.groups.proposal, fields),
        )

    def planner(self, rules: PathRules) -> Callable[[Place], FolderPlan]:
        """Return what tells the folders of a place; they belong to the account of this process."""

        def plan(place: Place) -> FolderPlan:
            who = self.principals(rules, os.geteuid(), place.proposal)
            return plan_visit(rules, self.data_root, place, who)

        return plan

    def _group(self, given: str | None, template: str, fields: dict[str, str]) -> Principal:
        return parse_principal(given or template.format(**fields))

    def _whole_beamline(self) -> Endstation:
        parts = [Endstation(NO_ENDSTATION, self.macro_servers, self.doors), *self._stations()]
        all_are_told = all(part.doors for part in parts if part.macro_servers)
        return Endstation(
            NO_ENDSTATION,
            _once([name for part in parts for name in part.macro_servers]),
            _once([name for part in parts for name in part.doors]) if all_are_told else (),
            tuple(parse_listener(line).attribute for line in self.listeners),
        )

    def _stations(self) -> tuple[Endstation, ...]:
        return tuple(parse_endstation(line) for line in self.endstations)

    @model_validator(mode="after")
    def _listeners_are_known(self) -> "Config":
        known = {parse_listener(line).attribute.lower() for line in self.listeners}
        for station in self._stations():
            for name in station.listeners:
                if name.lower() not in known:
                    raise ValueError(f"endstations: {name} of {station.name} is no line of Listeners")
        return self


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple({name.lower(): name for name in names}.values())
