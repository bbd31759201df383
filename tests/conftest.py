"""Real parts for every test that asks for one: started at first need, stopped at the end of the run.

A part that is missing is an error that says what to install, never a skip.
"""

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

from scizoo.services.device_server import Device, DeviceServer, ModuleServer
from scizoo.services.kafka import ApacheKafka
from scizoo.services.mongod import Mongod
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import Sardana
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase
from tests import needs_root
from tests.serving import serving

os.environ.pop("PYTANGO_DATABASE_NAME", None)  # else pytango-db's own fixtures would share that file
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
multiprocessing.set_start_method("forkserver", force=True)
settings.register_profile(
    "scizoo", deadline=None
)  # an example that took long proves nothing on a busy machine
settings.load_profile("scizoo")


BASE = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep every file of the tests in one short folder, so that nothing of a good run stays behind."""
    config.pluginmanager.register(needs_root.plugin())
    if config.option.basetemp is None:
        config.stash[BASE] = Path(tempfile.mkdtemp(prefix="scizoo-"))
        config.option.basetemp = str(config.stash[BASE] / "t")
        runtime = config.stash[BASE] / "runtime"
        runtime.mkdir(mode=0o700)  # Qt takes no other mode, and would make one in /tmp
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Take the folder away unless somebody wants to look for what went wrong."""
    folder = session.config.stash.get(BASE, None)
    if folder:
        remove_links(folder)
    if folder and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        unlock(folder)
        shutil.rmtree(folder, ignore_errors=True)


def unlock(folder: Path) -> None:
    """Open the folders that tests have locked, else only root could take them away."""
    for parent, names, _ in os.walk(folder):
        for child in (Path(parent, name) for name in names):
            if not child.is_symlink():
                with suppress(OSError):  # somebody else's: whose it is may take it away
                    child.chmod(0o700)


def remove_links(folder: Path) -> None:
    """Take away the short links that run folders of single tests have made to places in a folder."""
    for link in Path(tempfile.gettempdir()).glob(f"scizoo-{os.getuid()}-*"):
        if link.is_symlink() and link.readlink().is_relative_to(folder):
            link.unlink()


@pytest.fixture
def state_folder(tmp_path: Path) -> Path:
    """An empty state folder of a capture host, mode 2770 setgid."""
    folder = tmp_path / "capture-host"
    folder.mkdir()
    folder.chmod(0o2770)
    return folder


@pytest.fixture
def own_folder(tmp_path: Path) -> Iterator[RunFolder]:
    """A run folder of this test's own."""
    folder = RunFolder(tmp_path / "run")
    yield folder
    folder.remove_link()


@pytest.fixture(scope="session")
def run_folder() -> Iterator[RunFolder]:
    """The folder of all services of this test run; its name is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="scizoo-test-") as name:
        yield RunFolder(Path(name))


@pytest.fixture(scope="session")
def tango_db(run_folder: RunFolder) -> Iterator[TangoDatabase]:
    """An empty Tango database; TANGO_HOST names it from now on."""
    database = TangoDatabase(run_folder)
    os.environ.update(run_folder.environment(database.address))
    yield from serving(database)


@pytest.fixture(scope="session")
def simulation(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Simulation]:
    """The simulated beamline devices ``demo/sim/…``."""
    yield from serving(Simulation(run_folder, tango_db.address))


@pytest.fixture(scope="session")
def everything(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[DeviceServer]:
    """A device ``test/everything/1`` with one attribute of every Tango type and format."""
    device = Device("test/everything/1", "OneOfEverything")
    module = "scifish.testing.one_of_everything"
    yield from serving(ModuleServer(run_folder, tango_db.address, "everything", module, [device], "test"))


@pytest.fixture(scope="session")
def sardana(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Sardana]:
    """Sardana ``demo`` with two Doors, fast motors, counters, and HDF5 files in a folder of its own."""
    server = Sardana(run_folder, tango_db.address, doors=2, scan_dir=run_folder.data("scans"))
    yield from serving(server)


@pytest.fixture(scope="session")
def kafka(run_folder: RunFolder) -> Iterator[ApacheKafka]:
    """Apache Kafka, one broker, no topics."""
    yield from serving(ApacheKafka(run_folder))


@pytest.fixture(scope="session")
def mongod(run_folder: RunFolder) -> Iterator[Mongod]:
    """An empty MongoDB; every test uses databases with names of its own."""
    yield from serving(Mongod(run_folder, replica_set=True))
