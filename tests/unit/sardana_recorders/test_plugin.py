"""The plug-in file, loaded by Sardana's own RecorderManager, without a MacroServer."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sardana.macroserver.msexception import AbortException
from sardana.macroserver.recorders.test.common import simulate_scan
from sardana.macroserver.scan.recorder import DataRecorder

from sardana_recorders import process
from sardana_recorders.testing.fake_macro import FakeMacro
from scifish.captures import list_captures
from scifish.settings import Settings, save_settings
from scifish.state_folder import StateFolder

PLUGIN = Path(process.__file__).parent / "plugin"
MACROS = Path(process.__file__).parent / "macros"
LOAD = """
import sys
from types import SimpleNamespace
from sardana.macroserver.msrecordermanager import RecorderManager
from sardana.macroserver.recorders.test.common import simulate_scan

class Server:
    name = full_name = "macroserver/demo/1"

sys.modules[{blocked!r}] = None
server = Server()  # the manager keeps it by weak reference
manager = RecorderManager(server)
manager.setRecorderPath([{plugin!r}])
said = []
door = SimpleNamespace(warning=lambda text, *args: said.append(text % args))
macro = SimpleNamespace(_executor=SimpleNamespace(door=door))
recorder = manager.getRecorderClass("SciFishRecorder")(macro=macro)
simulate_scan(recorder, [], 1.0, 3)
recorder.addCustomData(1, "x")
print(said)
"""


@pytest.fixture
def recorder_class(state_folder, monkeypatch):
    """The recorder of a process whose state folder is fresh."""
    monkeypatch.setenv("SCIZOO_STATE", str(state_folder))
    monkeypatch.syspath_prepend(str(PLUGIN))
    save_settings(state_folder, Settings(beamline="demo", facility="test", pid_prefix="20.500.12345"))
    monkeypatch.setattr(process, "_attempt", None)
    from scifish_recorder import SciFishRecorder

    yield SciFishRecorder
    process.shared().producer.close()


def test_a_simulated_scan_is_captured(recorder_class, state_folder):
    macro = FakeMacro("ascan", ("mot01", 0, 1))
    recorder = recorder_class(macro=macro)
    simulate_scan(recorder, [], 1.5, 3)

    (capture,) = list_captures(StateFolder(state_folder))
    assert (capture.status, capture.phase, capture.title, capture.door) == (
        "completed",
        "ended",
        "test",
        "Door/fake/1",
    )
    assert macro._executor.door.warnings == [
        "This scan is booked on NOBODY: no PathFixer is named for this Door: see property Sessions of SciFish"
    ]


def test_people_are_told_of_a_booking_on_nobody_once_until_it_changes(recorder_class):
    macro = FakeMacro()
    for _ in range(3):
        simulate_scan(recorder_class(macro=macro), [], 1.5)
    assert len(macro._executor.door.warnings) == 1


class AbortedList:
    """The records of a scan that the user aborts while our END is at work."""

    def __init__(self, *recorders):
        self.recorders = recorders

    def getDataHandler(self):  # noqa: N802 - Sardana's name
        return SimpleNamespace(recorders=list(self.recorders))

    def getEnviron(self):  # noqa: N802
        raise AbortException("abort")


class Other(DataRecorder):
    """Writes a file; counts its ends."""

    def __init__(self, error=None):
        super().__init__()
        self.ends, self.error = 0, error

    def _endRecordList(self, recordlist):  # noqa: N802
        self.ends += 1
        if self.error:
            raise self.error


def test_an_abort_in_our_end_passes_and_the_recorders_behind_us_end_their_files(recorder_class):
    recorder = recorder_class(macro=FakeMacro())
    simulate_scan(recorder, [], 1.5)
    before, failing, behind = Other(), Other(OSError("disk full")), Other()
    with pytest.raises(AbortException):
        recorder.endRecordList(AbortedList(before, recorder, failing, behind))

    assert (before.ends, failing.ends, behind.ends) == (0, 1, 1)


def test_a_file_in_each_path_is_public_and_needs_only_sardana():
    for folder in (PLUGIN, MACROS):
        assert len([path for path in folder.glob("*.py") if not path.name.startswith("_")]) == 1


@pytest.mark.parametrize(
    "blocked", ["sardana_recorders", "sardana_recorders.scan", "scifish", "pydantic", "h5py"]
)
def test_without_its_package_the_recorder_loads_and_says_so_at_the_scan(blocked, tmp_path):
    program = LOAD.format(blocked=blocked, plugin=str(PLUGIN))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        env={"SCIZOO_STATE": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("This scan is NOT CAPTURED: ModuleNotFoundError") == 1
