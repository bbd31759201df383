"""The place of a try-out: its data root with the part that a site makes, and its user office."""

import os
from dataclasses import dataclass
from pathlib import Path

from sdm.accounts import Principal
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import Principals
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.user_office import yaml_office

RULES = "maxiv_v1"
EXAMPLE_OFFICE = Path(yaml_office.__file__).with_name("example.yaml")


@dataclass(frozen=True)
class Site:
    """One beamline's place on one machine; everything belongs to the account that runs this.

    Attributes
    ----------
    folder
        For all state of the services.
    data_root
        Above the categories of proposals, ``/data`` at a facility.
    office
        YAML file of the user office.
    """

    folder: Path
    data_root: Path
    office: Path = EXAMPLE_OFFICE
    beamline: str = "demo"
    facility: str = "demo"
    pid_prefix: str = "20.500.99999"

    def make_data_root(self) -> None:
        """Make the folders that are the site's to make, as far as this account may."""
        self.data_root.mkdir(parents=True, exist_ok=True)
        files = FileWorker()
        for plan in plan_site_part(load_rules(RULES), str(self.data_root), self.beamline, principals()):
            files.make(plan)
        files.close()

    def ownership(self) -> dict[str, str]:
        """Return PathFixer's properties that say who owns the folders."""
        who = principals()
        return {
            "SiteOwner": _text(who.site_owner),
            "SiteGroup": _text(who.site_group),
            "BeamlineGroup": _text(who.beamline),
            "ProposalGroup": _text(who.proposal),
        }


def principals() -> Principals:
    """Let this account and its group play every role: a try-out has no other accounts."""
    uid, gid = os.geteuid(), os.getegid()
    return Principals(site_owner=uid, site_group=gid, service=uid, beamline=gid, proposal=gid)


def _text(principal: Principal) -> str:
    return f"#{principal}" if isinstance(principal, int) else principal
