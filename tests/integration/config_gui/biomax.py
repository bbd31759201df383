"""A beamline ``biomax`` with proposals, and its PathFixer, to be looked at through the panel."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from pathfixer.client import PathFixerClient
from pathfixer.errors import CommandError, ReasonWantedError
from scizoo.services.capture_devices import path_fixer
from scizoo.services.device_server import DeviceServer
from scizoo.services.run_folder import RunFolder
from scizoo.services.site import Site
from scizoo.services.tango_db import TangoDatabase

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

    def __init__(self, folder: RunFolder, tango_host: str, root: Path, macro_server: str = "") -> None:
        root.mkdir(parents=True, exist_ok=True)
        office = root / "office.yaml"
        office.write_text(OFFICE.format(start=START.isoformat(), end=(START + timedelta(days=3)).isoformat()))
        self.site = Site(root, root / "data", office, beamline="biomax")
        self.site.make_data_root()
        self.server = path_fixer(folder, tango_host, self.site, macro_server)
        properties = {**self.server.devices[0].properties, "StateDirectory": str(root / "state")}
        properties |= {"FreeSpaceLimit": "0", "Staff": "mikegu", "GrowthWindow": "10"}
        self.server.devices[0].properties.update(properties)  # type: ignore[attr-defined]
        self.client = PathFixerClient(self.server.address)

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
    def growing_file(self, name: str) -> Iterator[None]:
        """Let a file of the visit grow all the time."""
        ended = threading.Event()

        def grow() -> None:
            with (self.visit_folder / name).open("ab", buffering=0) as file:
                while not ended.wait(0.02):
                    file.write(b"x")

        thread = threading.Thread(target=grow)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """PathFixer's process stands still; TCP goes on accepting."""
        with stopped(pid_of(self.server)):
            yield

    @contextmanager
    def storage_frozen(self) -> Iterator[None]:
        """PathFixer's file worker stands still, as on a storage that hangs."""
        with stopped(*children(pid_of(self.server))):
            yield


def serving_biomax(
    folder: RunFolder, tango_db: TangoDatabase, root: Path, macro_server: str = ""
) -> Iterator[Biomax]:
    """Start the beamline, and stop it whatever happens."""
    beamline = Biomax(folder, tango_db.address, root, macro_server)
    try:
        beamline.server.start()
        beamline.server.wait_ready()
        yield beamline
    finally:
        beamline.server.stop()


def pid_of(server: DeviceServer) -> int:
    """Return the process of a server that runs."""
    assert server.pid
    return server.pid


def children(pid: int) -> list[int]:
    """Return the child processes of a process."""
    lists = [task.joinpath("children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    return [int(child) for found in lists for child in found]


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Stop processes for a while."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
