"""A tree of data folders that belongs, with all its groups, to whoever runs the tests."""

import os
from pathlib import Path

from sdm.folders.plan import Principals
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.testing.files_here import FilesHere

RULES = load_rules("maxiv_v1")
UID, GID = os.geteuid(), os.getegid()
ME = Principals(site_owner=UID, site_group=GID, service=UID, beamline=GID, proposal=GID)
MINE = {
    "SiteOwner": f"#{UID}",
    "SiteGroup": f"#{GID}",
    "BeamlineGroup": f"#{GID}",
    "ProposalGroup": f"#{GID}",
}
"""Properties of a PathFixer device that say the same."""


def make_site_part(root: Path) -> None:
    """Make what the site makes below a data root for the beamline ``demo``."""
    root.mkdir(mode=0o755, exist_ok=True)
    files = FilesHere()
    for plan in plan_site_part(RULES, str(root), "demo", ME):
        files.make(plan)
