"""The command ``scidog``: which device it means, and that a window comes up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tango

from config_gui.find_dog import FindError, find_dog
from scizoo.services.device_server import Device, connect, register
from scizoo.services.ports import free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.tango_db import TangoDatabase

CLOSE_AT_ONCE = """
import threading
from taurus.external.qt import Qt
from config_gui.main import main
from tests.waiting import wait_for

def close():
    wait_for(lambda: Qt.QApplication.instance(), 20, "the application")
    shown = lambda: [window for window in Qt.QApplication.topLevelWidgets() if window.isVisible()]
    print("opened:", wait_for(shown, 20, "the window")[0].windowTitle(), flush=True)
    Qt.QMetaObject.invokeMethod(Qt.QApplication.instance(), "quit", Qt.Qt.QueuedConnection)

threading.Thread(target=close).start()
main()
"""
SCIDOG = Path(sys.prefix) / "bin" / "scidog"


@pytest.fixture
def own_db(tmp_path: Path) -> Iterator[tango.Database]:
    """A Tango database without any device of ours; TANGO_HOST names it during the test."""
    folder = RunFolder(tmp_path)
    service = TangoDatabase(folder)
    service.start()
    service.wait_ready()
    before = os.environ.get("TANGO_HOST")
    os.environ["TANGO_HOST"] = service.address
    yield connect(service.address)
    service.stop()
    folder.remove_link()
    if before is None:
        del os.environ["TANGO_HOST"]
    else:
        os.environ["TANGO_HOST"] = before


def test_the_device_that_was_named_is_meant() -> None:
    assert find_dog("a/b/c") == "a/b/c"


def test_the_only_scidog_in_the_database_is_meant(own_db: tango.Database) -> None:
    register(own_db, "SciDog/one", Device("demo/ctl/scidog-01", "SciDog"))
    assert find_dog(None) == "demo/ctl/scidog-01"


def test_without_any_scidog_the_command_says_what_to_do(own_db: tango.Database) -> None:
    with pytest.raises(FindError, match="knows no device of class SciDog: start one, or name it"):
        find_dog(None)


def test_with_several_the_command_names_them(own_db: tango.Database) -> None:
    for number in (2, 1):
        register(own_db, "SciDog/two", Device(f"demo/ctl/scidog-0{number}", "SciDog"))
    with pytest.raises(FindError, match="name one of: demo/ctl/scidog-01, demo/ctl/scidog-02"):
        find_dog(None)


def test_without_a_database_the_command_ends_with_a_sentence() -> None:
    environment = {**os.environ, "TANGO_HOST": f"127.0.0.1:{free_port()}"}
    ended = subprocess.run([SCIDOG], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_command_opens_a_window_and_ends_with_it(own_db: tango.Database) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CLOSE_AT_ONCE, "demo/ctl/nobody"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "opened: scidog - new - demo/ctl/nobody" in ended.stdout
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0
