"""A real scan beside SciFly: its HDF5 file is the scan's, a file saved meanwhile is SciFly's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scifish.state_folder import StateFolder
from scifly.claims import ScanListener
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import Sardana
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase
from tests.serving import serving
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def tango_db(run_folder: RunFolder) -> Iterator[TangoDatabase]:
    """A Tango database of its own: one holds ``mot01`` and its like for a single Sardana."""
    yield from serving(TangoDatabase(RunFolder(run_folder.path / "fly")))


@pytest.fixture(scope="module")
def simulation(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Simulation]:
    """The simulated devices in that database."""
    yield from serving(Simulation(RunFolder(run_folder.path / "fly"), tango_db.address))


@pytest.fixture
def raw(beamline) -> Path:
    return beamline.open_session("20260101")


@pytest.fixture
def sardana(beamline, raw: Path) -> Iterator[Sardana]:
    """A Sardana of this capture host, whose scans are captured and go into the session's folder."""
    server = Sardana(beamline.run_folder, beamline.tango_host, beamline.name, scan_dir=raw)
    server.name = f"sardana-{beamline.name}"
    server.variables["SCIZOO_STATE"] = str(beamline.state)
    server.start()
    server.wait_ready()
    server.door().run("senv", "DataRecorder", "SciFishRecorder")
    yield server
    server.stop()


def test_the_file_of_a_scan_is_left_to_the_scan(beamline, raw, sardana, last_files):
    beamline.serve()
    beamline.watching(raw)
    # Points further apart than a file must rest to be complete, and more than anybody waits for.
    door = sardana.door()
    scan = door.begin("ascan", "mot01", 0, 1, 100, 1.0)
    wait_for(lambda: list(raw.glob("*.h5")), 20, "the scan's file")
    beamline.acquire(raw, "--duration", "0.2")
    wait_for(lambda: beamline.read("Seen") == 2, 20, "both files are seen")
    assert beamline.captures() == []
    door.proxy.StopMacro()
    assert scan.wait(90) == "stop"
    (message,) = beamline.captured(1)
    beamline.idle()
    assert message.name == "Ag_0001.txt" and len(beamline.captures()) == 1
    states = {Path(str(shown["path"])).suffix: shown["state"] for shown in last_files()}
    assert states == {".h5": "left", ".txt": "captured"}
    listener = ScanListener(StateFolder(beamline.state), "scifly@nobody")
    (scans_file,) = [path for path in listener.listen().named if path.endswith(".h5")]
    listener.close()
    assert Path(scans_file).parent == raw
