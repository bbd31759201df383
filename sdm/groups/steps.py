"""One change of groups each: what it says, whether it is done already, and doing it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sdm.groups.directory import Directory
from sdm.groups.entries import Member
from sdm.groups.errors import DirectoryRefusedError
from sdm.groups.settings import GroupsSettings
from sdm.path_rules import PathRules

NEXT_LOG_IN = "takes effect at the next log-in: a running process keeps its groups"


@dataclass(frozen=True)
class Site:
    """Where steps are done."""

    directory: Directory
    settings: GroupsSettings
    rules: PathRules


@dataclass(frozen=True)
class Step(ABC):
    """A change that can be looked at before, made, and looked at after."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What is done, as ``add kim to 20170251-group``."""

    @property
    def note(self) -> str:
        """What people should know about it, or nothing."""
        return ""

    @property
    def needs(self) -> str:
        """The group without which it makes no sense, or nothing."""
        return ""

    @property
    def makes(self) -> str:
        """The group that it makes, or nothing."""
        return ""

    @abstractmethod
    def is_done(self, site: Site) -> bool:
        """Tell whether it is so already, by reading; raises GroupsError."""

    @abstractmethod
    def do(self, site: Site) -> None:
        """Make the change; raises GroupsError or FolderError."""


@dataclass(frozen=True)
class MakeGroup(Step):
    """Make the proposal's group, with one member at once: some directories allow no empty group."""

    group: str
    gid: int | None
    first: Member

    @property
    def makes(self) -> str:
        """The group."""
        return self.group

    @property
    def text(self) -> str:
        """In words."""
        number = "gid left to the directory" if self.gid is None else f"gid {self.gid}"
        return f"make group {self.group}, {number}, with {self.first}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it is there; raises DirectoryRefusedError when it is there twice."""
        return site.directory.group(self.group) is not None

    def do(self, site: Site) -> None:
        """Make it, its name and its number unique before and after."""
        self._check_number(site)
        place = site.directory.make_group(self.group, self.gid, [self.first])
        try:
            self._check_number(site)
            self.is_done(site)
        except DirectoryRefusedError:
            site.directory.remove_group(place)
            raise

    def _check_number(self, site: Site) -> None:
        bearers = [] if self.gid is None else site.directory.groups_with_number(self.gid)
        others = [name for name in bearers if name.lower() != self.group.lower()]
        if others:
            raise DirectoryRefusedError(f"gid {self.gid} went to {', '.join(others)} meanwhile: plan again")


@dataclass(frozen=True)
class AddMember(Step):
    """Add an account or a group to a group."""

    group: str
    member: Member

    @property
    def needs(self) -> str:
        """The group."""
        return self.group

    @property
    def text(self) -> str:
        """In words."""
        return f"add {self.member} to {self.group}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it is listed."""
        return site.directory.is_member(self.group, self.member)

    def do(self, site: Site) -> None:
        """Add it."""
        site.directory.add_member(self.group, self.member)


@dataclass(frozen=True)
class LinkGroup(AddMember):
    """Put the proposal's group into a resource group."""

    @property
    def needs(self) -> str:
        """The proposal's group."""
        return self.member.name


@dataclass(frozen=True)
class RemoveMember(Step):
    """Let a member leave a group, and nothing else."""

    group: str
    member: Member

    @property
    def note(self) -> str:
        """When it takes effect."""
        return NEXT_LOG_IN

    @property
    def needs(self) -> str:
        """The group."""
        return self.group

    @property
    def text(self) -> str:
        """In words."""
        return f"remove {self.member} from {self.group}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it is listed no more."""
        return not site.directory.is_member(self.group, self.member)

    def do(self, site: Site) -> None:
        """Remove it."""
        site.directory.remove_member(self.group, self.member)
