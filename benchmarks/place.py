"""Where the numbers are taken: a beamline of real parts in a folder of its own, started as far as needed."""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from benchmarks.instruments import ATTRIBUTES
from pathfixer.client import PathFixerClient
from pathfixer.following.scan_dir import GLOBAL
from pathfixer.sardana import MacroServerEnvironment
from scidog.client import SciDogClient
from scifish.selection import Entry, Selection
from scifish.state_folder import StateFolder
from scizoo.services.beamline import Beamline, Options
from scizoo.services.capture_devices import PATH_FIXER, SCI_DOG
from scizoo.services.device_server import Device, ModuleServer
from scizoo.services.kafka import KafkaBroker
from scizoo.services.sardana import MACROS
from scizoo.services.service import Service
from scizoo.services.site import Site
from scizoo.services.system_packages import CHECKOUT
from scizoo.services.waiting import wait_until

USERNAME, PROPOSAL = "carlcarl", "20260101"
OWN_MACROS = Path(__file__).with_name("macros")
LIMIT_S = 30.0

Tell = Callable[[str], None]
Part = TypeVar("Part", bound=Service)


class InstrumentServer(ModuleServer):
    """A device server with instruments that can be frozen.

    Parameters
    ----------
    name
        Of the server's instance, and the family of its devices: ``bench/<name>/<number>``.
    """

    def __init__(self, place: "Place", name: str, devices: int) -> None:
        members = [Device(f"bench/{name}/{number}", "Instrument") for number in range(devices)]
        host = place.beamline.tango_db.address
        super().__init__(
            place.beamline.folder,
            host,
            f"instruments-{name}",
            "benchmarks.instruments",
            members,
            name,
            executable="instruments",
        )
        self.variables["PYTHONPATH"] = str(CHECKOUT)  # the benchmarks are no installed package


class Place:
    """A context: leaving it stops everything and removes the folder.

    Parameters
    ----------
    folder
        Emptied first; on the kind of disk that a capture host has.
    tell
        Called with a line for people at each stage.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.tell = tell
        site = Site(folder=folder, data_root=folder / "data")
        self.beamline = Beamline(site, Options(broker="kafka"))
        self.variables = self.beamline.environment
        os.environ.update(self.variables)
        self._folder, self._is_up = folder, False
        server = next(one for one in self.beamline.sardana.devices if one.device_class == "MacroServer")
        server.properties["MacroPath"] = [str(MACROS), str(OWN_MACROS)]  # type: ignore[index]
        self._alone: list[Service] = []

    def __enter__(self) -> "Place":
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything; after an error the folder stays, for its logs."""
        for service in reversed(self._alone):
            service.stop()
        self.beamline.stop()
        if error is None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def tango_database(self) -> None:
        """Make sure that there is a Tango database."""
        if not self._is_up:
            self._start_alone(self.beamline.tango_db)

    def kafka(self) -> str:
        """Make sure that there is Apache Kafka, and return its address."""
        if not self._is_up:
            self._start_alone(self._broker)
        return self._broker.address

    def up(self) -> Beamline:
        """Make sure that all of the beamline is up, a session open and the recorder switched on."""
        if not self._is_up:
            for service in reversed(self._alone):
                service.stop()
            self._alone.clear()
            self.beamline.start(self.tell)
            self._is_up = True
            self._open_session()
        return self.beamline

    def choose(self, selection: Selection) -> None:
        """Make a selection the active one."""
        dog = SciDogClient(SCI_DOG)
        if selection.name not in dog.names():
            dog.save(selection)
        dog.switch(selection.name)

    @property
    def state_folder(self) -> StateFolder:
        """The capture host's."""
        return StateFolder(self.beamline.folder.capture_host)

    @property
    def data_folder(self) -> Path:
        """Where the session's files go."""
        return Path(PathFixerClient(PATH_FIXER).session().sample_path)

    @contextlib.contextmanager
    def serving(self, *services: Part) -> Iterator[None]:
        """Have services up for a while."""
        try:
            for service in services:
                service.start()
            for service in services:
                service.wait_ready()
            yield
        finally:
            for service in services:
                service.stop()

    @contextlib.contextmanager
    def frozen(self, *services: Service) -> Iterator[None]:
        """Have services frozen for a while: connections are accepted, nobody answers."""
        try:
            for service in services:
                freeze(service)
            yield
        finally:
            for service in services:
                thaw(service)

    @contextlib.contextmanager
    def dead(self, *services: Service) -> Iterator[None]:
        """Kill services and start them again on the same addresses afterwards."""
        for service in services:
            service.kill()
        try:
            yield
        finally:
            for service in services:
                service.start()
            for service in services:
                service.wait_ready()

    @property
    def outside_services(self) -> list[Service]:
        """What a scan must not need: broker, MongoDB, PathFixer, SciDog."""
        wanted = ("mongod", "pathfixer", "scidog")
        return [self._broker, *(one for one in self.beamline.started if one.name in wanted)]

    @property
    def _broker(self) -> KafkaBroker:
        (broker,) = self.beamline.kafka.brokers  # type: ignore[union-attr]
        return broker

    def _start_alone(self, service: Service) -> None:
        if service not in self._alone:
            self._alone.append(service)
            service.start()
            service.wait_ready()

    def _open_session(self) -> None:
        fixer = PathFixerClient(PATH_FIXER)
        fixer.open_session(USERNAME, PROPOSAL)
        path = fixer.session().sample_path
        server = MacroServerEnvironment(self.beamline.sardana.macro_server)
        wait_until(lambda: server.scan_dirs()[GLOBAL] == path, LIMIT_S, "ScanDir in the session's path")
        self.beamline.sardana.door().run("capture", "on")


def freeze(service: Service) -> None:
    """Stop a service's process with SIGSTOP."""
    os.kill(_pid(service), signal.SIGSTOP)


def thaw(service: Service) -> None:
    """Let it go on."""
    os.kill(_pid(service), signal.SIGCONT)


def selection_of(name: str, devices: list[str]) -> Selection:
    """Return a selection of all ten attributes of instruments, one group for each device."""
    entries = [
        Entry(group=device.replace("/", "-"), name=attribute, device=device, attribute=attribute)
        for device in devices
        for attribute in ATTRIBUTES
    ]
    return Selection(name=name, author="bench", comment="all of them", entries=tuple(entries))


def _pid(service: Service) -> int:
    if service.pid is None:
        raise RuntimeError(f"{service.name} was not started")
    return service.pid
