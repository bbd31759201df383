"""A server of ours ends at once and cleanly, and its device is made anew, whatever its threads do.

Without the protections cppTango crashes within a round or two of any of these but the Init.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import tango

from scizoo.services.device_server import Device, DeviceServer, connect
from scizoo.services.run_folder import RunFolder
from scizoo.services.system_packages import script
from scizoo.services.tango_db import TangoDatabase
from tests.serving import END_LIMIT_S
from tests.waiting import wait_for

NO_SUCH_PLACE = ["-ORBendPoint", "giop:tcp:no.such.host:5"]
RESTLESS = "test/restless/1"
ADMIN = "dserver/Restless/test"
ROUNDS = 5


class Server(DeviceServer):
    """The server of one restless device."""

    def __init__(self, folder: RunFolder, tango_host: str, connecting: int) -> None:
        device = Device(RESTLESS, "Restless", {"Connecting": str(connecting)})
        super().__init__(folder, tango_host, "restless", "Restless", [device], "test")

    def command(self) -> Sequence[str | Path]:
        """Return the test's own program."""
        return [sys.executable, Path(__file__).with_name("restless.py"), self.instance]

    def begin(self) -> None:
        """Start, and return when its threads are at work."""
        self.start()
        self.wait_ready()
        self.wait_at_work()

    def wait_at_work(self) -> None:
        """Return when its threads are at work."""
        wait_for(lambda: self.proxy().read_attribute("Rounds").value > 1, 10, "its threads at work")

    def is_exported(self) -> bool:
        """Tell whether clients would look for it."""
        return bool(connect(self.tango_host).get_device_info(RESTLESS).exported)


@pytest.fixture
def connecting(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Server]:
    """A server whose threads make proxies, not started yet."""
    server = Server(run_folder, tango_db.address, connecting=4)
    yield server
    server.stop()


@pytest.fixture
def pushing(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Server]:
    """A server whose thread pushes events, not started yet."""
    server = Server(run_folder, tango_db.address, connecting=0)
    yield server
    server.stop()


def test_a_server_that_cannot_start_says_so_with_its_exit_code() -> None:
    command = [script("SciDog"), "test", "-nodb", "-dlist", "test/ending/1", *NO_SUCH_PLACE]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "SciDog cannot start: " in ended.stderr


def test_it_ends_cleanly_and_signs_off_while_its_threads_make_proxies(connecting: Server) -> None:
    for _ in range(ROUNDS):
        connecting.begin()
        assert connecting.stop(END_LIMIT_S) == 0
        assert not connecting.is_exported()


def test_it_ends_as_well_by_the_command_of_its_admin_device(connecting: Server) -> None:
    connecting.begin()
    connecting.proxy(ADMIN).command_inout("Kill")
    wait_for(lambda: not connecting.alive, 10, "the end of its process")
    assert connecting.stop(END_LIMIT_S) == 0


@pytest.mark.parametrize("again", ["DevRestart", "Init"])
def test_its_device_is_made_anew_while_it_pushes_events(pushing: Server, again: str) -> None:
    pushing.begin()
    for _ in range(ROUNDS):
        if again == "Init":
            pushing.proxy().command_inout("Init")
        else:
            pushing.proxy(ADMIN).command_inout("DevRestart", RESTLESS)
        pushing.wait_at_work()
    assert pushing.proxy().state() == tango.DevState.ON
    assert pushing.stop(END_LIMIT_S) == 0
