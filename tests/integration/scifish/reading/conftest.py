"""Device servers that a test may freeze, kill and start again; each with a device of its own."""

import itertools
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from scifish.attributes.reader import SnapshotReader
from scifish.selection import Entry, Selection
from scizoo.services.device_server import Device, ModuleServer
from scizoo.services.run_folder import RunFolder
from scizoo.services.tango_db import TangoDatabase
from tests.processes import freeze

NUMBERS = itertools.count(1)


class Victim(ModuleServer):
    """A device server that can be frozen."""

    def freeze(self) -> None:
        """Stop the process: connections are accepted, nobody answers."""
        freeze(self.pid)

    def thaw(self) -> None:
        """Let the process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def write(self, attribute: str, value: object) -> None:
        """Write an attribute of its first device."""
        self.proxy().write_attribute(attribute, value)

    def read(self, attribute: str) -> object:
        """Read an attribute of its first device."""
        return self.proxy().read_attribute(attribute).value


@pytest.fixture
def victim(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Callable[..., Victim]]:
    """Make running servers of a class, ``OneOfEverything`` or ``Announcer``, with ``devices`` devices."""
    made: list[Victim] = []

    def make(device_class: str = "OneOfEverything", devices: int = 1, started: bool = True) -> Victim:
        number = next(NUMBERS)
        module = {"OneOfEverything": "one_of_everything", "Announcer": "announcer"}[device_class]
        members = [Device(f"test/victim-{number}/{index}", device_class) for index in range(devices)]
        name, instance = f"victim-{number}", f"reading-{number}"
        server = Victim(
            run_folder, tango_db.address, name, f"scifish.testing.{module}", members, instance=instance
        )
        made.append(server)
        server.prepare()
        if started:
            server.start()
            server.wait_ready()
        return server

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def reader(tango_db: TangoDatabase) -> Iterator[SnapshotReader]:
    """Return a reader, closed at the end."""
    made = SnapshotReader(array_limit=100)
    yield made
    made.close()


@pytest.fixture
def selecting() -> Callable[..., Selection]:
    """Make a selection of ``device/attribute`` sources; the name of an entry is its source."""

    def make(*sources: str, **fields: object) -> Selection:
        entries = []
        for source in sources:
            device, _, attribute = source.rpartition("/")
            entries.append(Entry(name=source, device=device, attribute=attribute, **fields))
        return Selection(name="test", entries=tuple(entries))

    return make
