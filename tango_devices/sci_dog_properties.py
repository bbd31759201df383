"""Properties of the SciDog device."""

import os
from pathlib import Path

from pydantic import Field

from scifish.messages import Beamline
from scifish.state_folder import ROOT
from tango_devices.properties import Properties


class SciDogProperties(Properties):
    """Whose selections, where they are kept, and how often to look there."""

    beamline: Beamline
    endstation: str | None = None
    store: str = Field(description="a folder, mongodb, or a mongodb:// address without a password")
    mongo_uri_file: Path | None = Field(default=None, description="file (0600) with the MongoDB address")
    mongo_database: str = "scidog"
    state_directory: Path | None = Field(
        default=None, description="for the last good copy; default SCIZOO_STATE, /var/lib/scizoo/<beamline>"
    )
    refresh_period: float = Field(default=1.0, gt=0, description="s between two looks at the store")
    test_read_wait: float = Field(default=3.0, gt=0, le=60, description="s that TestRead waits for values")

    @property
    def scope(self) -> str:
        """Whose selections these are."""
        return f"{self.beamline}/{self.endstation}" if self.endstation else self.beamline

    def copy_path(self, device: str) -> Path:
        """Return the file of the last good copy; two SciDogs of one host do not share it."""
        given = os.environ.get("SCIZOO_STATE")
        folder = self.state_directory or (Path(given) if given else ROOT / self.beamline)
        return folder / "scidog" / f"{device.lower().replace('/', '_')}.json"
