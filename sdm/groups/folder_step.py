"""Making a proposal's folder and handing it to the group: PathFixer itself is older than its membership."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sdm.accounts import gid_of, uid_of
from sdm.errors import FolderError
from sdm.folders.plan import FolderPlan, Principals, plan_proposal
from sdm.folders.plan import Step as FolderPart
from sdm.folders.repair import repair_folders
from sdm.folders.rights import differences
from sdm.folders.walk import look_at, opened_folders
from sdm.groups.errors import DirectoryRefusedError
from sdm.groups.steps import Site, Step
from sdm.path_rules import Category
from sdm.principal import parse_principal


@dataclass(frozen=True)
class GiveFolder(Step):
    """Make one beamline's folder of a proposal, its owner and group by the rules."""

    path: str
    proposal: str
    beamline: str
    category: Category
    group: str

    @property
    def needs(self) -> str:
        """The proposal's group."""
        return self.group

    @property
    def text(self) -> str:
        """In words."""
        return f"make {self.path} and hand it to group {self.group}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it is there with owner, group and mode by the rules."""
        return not self.objections(site)

    def objections(self, site: Site) -> list[str]:
        """Return what is not by the rules, each with its cure; the site's folders above are its own."""
        try:
            with opened_folders(self._plan(site)) as folders:
                found = [_look(*folder) for folder in folders]
            complete = found and found[-1][0] == self.path
            differing = [text for _, texts in found for text in texts]
            return differing if complete else [*differing, f"{self.path} is missing"]
        except (FolderError, DirectoryRefusedError) as error:
            return [str(error)]

    def do(self, site: Site) -> None:
        """Make it, or put its rights right; needs root, or CAP_CHOWN and CAP_FSETID.

        Raises
        ------
        FolderError
            The site's part above it is missing, or a link is in its place.
        DirectoryRefusedError
            This account could not give it its owner, group or mode.
        """
        with _umask_zero():
            repair_folders(self._plan(site))
        if left := self.objections(site):
            raise DirectoryRefusedError("; ".join(left))

    def _plan(self, site: Site) -> FolderPlan:
        settings = site.settings
        who = Principals(
            site_owner=parse_principal(settings.site_owner),
            site_group=parse_principal(settings.site_group),
            service=_service(site, settings.beamlines[self.beamline].service),
            beamline=_group(site, settings.beamlines[self.beamline].group),
            proposal=_group(site, self.group),
        )
        return plan_proposal(site.rules, settings.data_root, self.category, self.beamline, self.proposal, who)


def _look(descriptor: int | None, path: str, step: FolderPart) -> tuple[str, list[str]]:
    """Return the path of a folder and what is wrong with it; a missing one has no path."""
    if descriptor is None:
        return "", []
    found = differences(look_at(descriptor, path), step) if step.made_by_us else []
    return path, [str(one) for one in found]


def folder_path(site: Site, category: Category, beamline: str, proposal: str) -> str:
    """Return the path of a proposal's folder at a beamline."""
    who = Principals(service=0, beamline=0, proposal=0)
    plan = plan_proposal(site.rules, site.settings.data_root, category, beamline, proposal, who)
    return plan.end


def _service(site: Site, name: str) -> int:
    account = site.directory.account(name)
    uid = account.posix.uid if account else None
    found = uid_of(name) if uid is None else uid
    if found is None:
        raise DirectoryRefusedError(f"neither the directory nor this machine knows a uid of {name}")
    return found


def _group(site: Site, name: str) -> int:
    group = site.directory.group(name)
    gid = group.gid if group else None
    found = gid_of(name) if gid is None else gid
    if found is None:
        raise DirectoryRefusedError(f"this machine knows no gid of {name} yet: sss_cache -G, then again")
    return found


@contextmanager
def _umask_zero() -> Iterator[None]:
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)
