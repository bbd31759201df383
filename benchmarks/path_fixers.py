"""A PathFixer of its own for the benchmarks, with a data root and a user office."""

from pathlib import Path

from benchmarks.place import PROPOSAL, USERNAME, Place
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.site import RULES, Site

NAME = "bench/ctl/sdm-01"
REQUEST = {"username": USERNAME, "proposal": PROPOSAL}


class PathFixerServer(DeviceServer):
    """A PathFixer without MacroServers: Doors are looked at twice 0.3 s apart, by rule."""

    def __init__(self, place: Place) -> None:
        folder = place.beamline.folder
        self.site = Site(folder=folder.data("path-fixer"), data_root=folder.data("path-fixer-data"))
        properties = {
            "Beamline": self.site.beamline,
            "UserOfficeSettings": f"file={self.site.office}",
            "Rules": RULES,
            "DataRoot": str(self.site.data_root),
            "StateDirectory": str(Path(self.site.folder) / "state"),
            "Staff": USERNAME,
            "GrowthWindow": "0",
            "FreeSpaceLimit": "0",
            **self.site.ownership(),
        }
        device = Device(NAME, "PathFixer", properties)
        super().__init__(
            folder, place.beamline.tango_db.address, "path-fixer", "PathFixer", [device], "bench"
        )

    def prepare(self) -> None:
        """Make the site's part of the data root too."""
        self.site.make_data_root()
        super().prepare()
