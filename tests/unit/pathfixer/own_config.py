"""The configuration of a PathFixer whose folders all belong to whoever runs the tests."""

from pathlib import Path
from typing import Any

from pathfixer.config import Config
from tests.own_tree import GID, UID


def own_config(root: Path, **more: Any) -> Config:
    """Return the configuration of the beamline ``demo`` with this data root."""
    owners = {"site_owner": f"#{UID}", "site_group": f"#{GID}"}
    groups = {"beamline_group": f"#{GID}", "proposal_group": f"#{GID}"}
    return Config(beamline="demo", data_root=str(root), **owners, **groups, **more)
