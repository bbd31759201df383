"""The plug-in file in a Sardana in which a package that it needs cannot be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from sardana_recorders import process

PLUGIN = Path(process.__file__).parent / "plugin"
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


@pytest.mark.parametrize(
    "blocked", ["sardana_recorders", "sardana_recorders.scan", "scifish", "pydantic", "h5py"]
)
def test_without_its_package_the_recorder_loads_and_says_so_at_the_scan(blocked, tmp_path):
    program = LOAD.format(blocked=blocked, plugin=str(PLUGIN))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env={"SCIZOO_STATE": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("This scan is NOT CAPTURED: ModuleNotFoundError") == 1
