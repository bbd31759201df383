"""A beamline ``biomax`` with proposals, and its PathFixer, to be looked at through the panel."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from pathfixer.client import PathFixerClient
from pathfixer.errors import CommandError, ReasonWantedError
from scizoo.services.capture_devices import path_fixer
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from scizoo.services.site import Site
from scizoo.services.tango_db import TangoDatabase
from tests.devices import ANSWER_S
from tests.processes import children_of, freeze
from tests.serving import serving_many

OFFICE = """
proposals:
  - number: "20170251"
    title: Structure of a membrane transporter
    type: Normal
    pi: {{first_name: Ana, last_name: Gonzalez, account: anagonz}}
    members: [{{account: carlcarl}}]
    beamlines: [biomax]
    schedule: [{{beamline: biomax, start: "{start}", end: "{end}"}}]
  - {{number: "20170307", title: Fragment screening of a kinase, type: Normal, pi: {{account: carlcarl}},
     beamlines: [biomax]}}
  - {{number: "20170400", title: The drug nobody may know of, type: Proprietary, pi: {{account: carlcarl}},
     beamlines: [biomax]}}
  - {{number: "20170999", title: Refused, type: Normal, status: Refused, pi: {{account: carlcarl}},
     beamlines: [biomax]}}
"""
DEVICE = "b311a/ctl/sdm-01"
ZONE = ZoneInfo("Europe/Stockholm")
LOCAL = datetime.now(timezone.utc).astimezone(ZONE)
START = LOCAL.replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
VISIT = f"{START:%Y%m%d}"


class Biomax:
    """The beamline of one test.

    Attributes
    ----------
    site
        Data root and user office.
    server
        Of PathFixer.
    client
        Somebody else's, to see what the panel really did.
    """

    def __init__(
        self,
        folder: RunFolder,
        tango_host: str,
        root: Path,
        macro_server: str = "",
        data_root: Path | None = None,
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        office = root / "office.yaml"
        office.write_text(OFFICE.format(start=START.isoformat(), end=(START + timedelta(days=3)).isoformat()))
        self.site = Site(root, data_root or root / "data", office, beamline="biomax")
        self.site.make_data_root()
        self.server = path_fixer(folder, tango_host, self.site, macro_server)
        properties = {**self.server.devices[0].properties, "StateDirectory": str(root / "state")}
        properties |= {"FreeSpaceLimit": "0", "Staff": "mikegu", "GrowthWindow": "10"}
        self.server.devices = [Device(DEVICE, "PathFixer", properties)]
        self.client = PathFixerClient(DEVICE, answer_s=ANSWER_S)

    @property
    def visit_folder(self) -> Path:
        """Folder of the visit that runs now."""
        return self.site.data_root / "visitors" / "biomax" / "20170251" / VISIT

    def wants_a_reason(self) -> bool:
        """Ask for a switch that is refused in any case, to see whether it is for files that grow."""
        try:
            self.client.open_session("carlcarl", "20170999")
        except ReasonWantedError:
            return True
        except CommandError:
            return False  # the watch of growing files needs a moment to begin
        raise AssertionError("a refused proposal was opened")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """PathFixer's process stands still; TCP goes on accepting."""
        with stopped(pid_of(self.server)):
            yield

    @contextmanager
    def storage_frozen(self) -> Iterator[None]:
        """PathFixer's file worker stands still, as on a storage that hangs."""
        with stopped(*children_of(pid_of(self.server))):
            yield


def serving_biomax(
    folder: RunFolder,
    tango_db: TangoDatabase,
    root: Path,
    macro_server: str = "",
    data_root: Path | None = None,
) -> Iterator[Biomax]:
    """Start the beamline, and stop it whatever happens."""
    beamline = Biomax(folder, tango_db.address, root, macro_server, data_root)
    with serving_many() as start:
        start(beamline.server)
        yield beamline


def pid_of(server: DeviceServer) -> int:
    """Return the process of a server that runs."""
    assert server.pid
    return server.pid


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Stop processes for a while."""
    assert pids
    try:
        for pid in pids:
            freeze(pid)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):  # it may have been killed meanwhile
                os.kill(pid, signal.SIGCONT)
