"""The plug-in file, loaded by Sardana's own RecorderManager, without a MacroServer."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from sardana.macroserver.msexception import AbortException
from sardana.macroserver.recorders.test.common import simulate_scan
from sardana.macroserver.scan.recorder import DataRecorder

from sardana_recorders import process
from sardana_recorders.testing.fake_macro import FakeMacro
from scifish.settings import Settings, save_settings
from scifish.state_folder import StateFolder
from scifish.status.captures import list_captures

PLUGIN = Path(process.__file__).parent / "plugin"
MACROS = Path(process.__file__).parent / "macros"


@pytest.fixture
def recorder_class(state_folder, monkeypatch):
    """The recorder of a process whose state folder is fresh."""
    monkeypatch.setenv("SCIZOO_STATE", str(state_folder))
    monkeypatch.syspath_prepend(str(PLUGIN))
    save_settings(state_folder, Settings(beamline="demo", facility="test", pid_prefix="20.500.12345"))
    from scifish_recorder import SciFishRecorder

    yield SciFishRecorder
    process.end()


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
