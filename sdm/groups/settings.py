"""What ``scizoo groups`` is configured with; one file per facility."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

AccountName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]*$", max_length=32)]
GroupName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_. -]*$", max_length=64)]
BeamlineName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


def _rises(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError(f"{list(span)}: the first number is above the last")
    return span


Number = Annotated[int, Field(ge=1000, le=2**31 - 1)]
Numbers = Annotated[tuple[Number, Number], AfterValidator(_rises)]
"""First and last of a range of uids or gids."""

Command = Annotated[tuple[str, ...], Field(min_length=1)]
"""A program and its arguments; ``{account}`` and ``{home}`` are filled in."""


class Part(BaseModel):
    """Base of the parts; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LdapSettings(Part):
    """Where the directory is, who asks it, and where things stand in it."""

    dialect: Literal["ad", "rfc2307bis", "rfc2307"]
    url: str = Field(
        pattern=r"^ldaps?://[A-Za-z0-9.-]+(:[0-9]+)?$",
        description="ldaps://host, or ldap://host with StartTLS; never without TLS",
    )
    ca_file: Path = Field(description="certificates of the authorities that count")
    bind_dn: str
    password_file: Path = Field(description="mode 0600")
    base: str = Field(description="everything is searched below it")
    groups_unit: str = Field(description="where proposal groups are made")
    active_unit: str | None = Field(default=None, description="where accounts of accepted proposals stand")
    keep_units: tuple[str, ...] = Field(default=(), description="accounts in them are never moved")
    connect_timeout_s: float = Field(default=5, gt=0)
    answer_timeout_s: float = Field(default=30, gt=0)


class LocalSettings(Part):
    """Groups of this machine, in ``/etc/group``."""

    dialect: Literal["local"]
    prefix: str = Field(default="/", pattern="^/", description="where etc/passwd and etc/group are")


class PosixSettings(Part):
    """What an account gets where it has none."""

    uid_range: Numbers | None = Field(default=None, description="none: left to the directory")
    home: str = "/home/{account}"
    shell: str = "/bin/bash"


class BeamlineSettings(Part):
    """Who belongs to every proposal group of a beamline."""

    service: AccountName = Field(description="service account; owns the proposal's folder")
    group: GroupName = Field(description="the beamline's group")
    accounts: tuple[AccountName, ...] = Field(default=(), description="e.g. those of detector servers")


class GroupsSettings(Part):
    """The whole file."""

    directory: Annotated[LdapSettings | LocalSettings, Field(discriminator="dialect")]
    beamlines: dict[BeamlineName, BeamlineSettings] = Field(min_length=1)
    user_office: str = "yaml"
    user_office_settings: dict[str, str] = {}
    rules: str = "maxiv_v1"
    data_root: str = Field(default="/data", pattern="^/")
    site_owner: str = "root"
    site_group: str = "root"
    gid_range: Numbers | None = Field(default=None, description="none: left to the directory")
    visitors_group: GroupName | None = None
    resource_groups: tuple[GroupName, ...] = Field(default=(), description="get the proposal group, e.g. vpn")
    posix: PosixSettings | None = None
    make_home: Literal["at first log-in"] | Command = "at first log-in"
    leaver_share: float = Field(default=0.5, gt=0, le=1, description="more leavers than that need --yes")
    change_log: Path = Path("/var/lib/scizoo/groups/changes.jsonl")

    @model_validator(mode="after")
    def _numbers_where_needed(self) -> "GroupsSettings":
        if self.directory.dialect in ("rfc2307bis", "rfc2307") and self.gid_range is None:
            raise ValueError(f"gid_range: {self.directory.dialect} gives no numbers itself, name a range")
        return self
