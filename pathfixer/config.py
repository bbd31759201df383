"""What a PathFixer is configured with; the device's properties have the same names in PascalCase."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from sdm.folder_plan import Principals
from sdm.path_rules import PathRules, unowned_path
from sdm.principal import Principal, parse_principal

NO_ENDSTATION = "None"
"""What a person chooses, and reads, when the beamline is used as a whole."""


def _endstation(line: str) -> str:
    name, equals, servers = line.partition("=")
    if not name.strip() or not equals or not servers.strip():
        raise ValueError(f"{line!r} is not <endstation>=<MacroServer>,<MacroServer>")
    return line


class Config(BaseModel):
    """Configuration of one PathFixer. Spans are in seconds."""

    beamline: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    user_office: str = Field(default="yaml", description="entry point of group scizoo.user_office")
    user_office_settings: tuple[str, ...] = Field(default=(), description="name=value, one a line")
    rules: str = Field(default="maxiv_v1", description="a shipped rule set, or an absolute path")
    data_root: str = Field(default="/data", pattern="^/")
    unowned_path: str | None = Field(default=None, description="where scans without a session go")
    macro_servers: tuple[str, ...] = ()
    endstations: tuple[Annotated[str, AfterValidator(_endstation)], ...] = ()
    staff: tuple[str, ...] = Field(
        default=(), description="may open any proposal where this machine cannot tell the beamline's group"
    )
    office_memory: float = Field(
        default=30, gt=0, description="days; what the office told before is forgotten"
    )
    fixed_members: tuple[str, ...] = Field(default=(), description="accounts of every proposal group")
    put_back: bool = Field(default=False, description="undo a user's change of ScanDir, once per change")
    state_directory: str | None = Field(default=None, description="a local folder, mode 0700")
    site_owner: str = Field(default="root", description="account, or #number, that owns the site's folders")
    site_group: str = "root"
    beamline_group: str | None = Field(default=None, description="instead of the rules' name")
    proposal_group: str | None = Field(default=None, description="instead of the rules' name")
    free_space_limit: float = Field(default=10, ge=0, description="GiB; less is a finding")
    watch_interval: float = Field(default=2, gt=0, le=10, description="ScanDir is looked at this often")
    file_timeout: float = Field(default=10, gt=0, description="a storage that takes longer hangs")

    def state_folder(self, device: str) -> Path:
        """Return the folder of the store of a device."""
        return Path(self.state_directory or f"/var/lib/scizoo/pathfixer/{device.replace('/', '_')}")

    def unowned(self, rules: PathRules) -> str:
        """Return the folder that scans go to while there is no session."""
        return self.unowned_path or unowned_path(rules, self.data_root, self.beamline)

    def macro_servers_of(self, endstation: str | None) -> tuple[str, ...]:
        """Return the MacroServers of an endstation: none stands for the whole beamline.

        An endstation that is configured no longer has none.
        """
        return self.macro_servers if endstation is None else self._stations().get(endstation, ())

    def all_macro_servers(self) -> tuple[str, ...]:
        """Return every MacroServer that is named anywhere, once."""
        everywhere = [*self.macro_servers, *(name for names in self._stations().values() for name in names)]
        return tuple({name.lower(): name for name in everywhere}.values())

    def endstation_names(self) -> list[str]:
        """Return what ``Endstation`` may be."""
        return [NO_ENDSTATION, *self._stations()]

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

    def _group(self, given: str | None, template: str, fields: dict[str, str]) -> Principal:
        return parse_principal(given or template.format(**fields))

    def _stations(self) -> dict[str, tuple[str, ...]]:
        pairs = (line.partition("=") for line in self.endstations)
        return {
            name.strip(): tuple(server.strip() for server in servers.split(",") if server.strip())
            for name, _, servers in pairs
        }
