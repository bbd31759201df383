"""The commands ``scidog`` and ``ctpathfixer``: which device they mean, and that a window comes up."""

import configparser
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tango

from config_gui.find_device import find_device
from scizoo.services.device_server import Device, connect, register
from scizoo.services.ports import free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.system_packages import CHECKOUT
from scizoo.services.tango_db import TangoDatabase
from tests.serving import serving

WINDOWS = [
    ("config_gui.main", "scidog - new - demo/ctl/nobody"),
    ("config_gui.ctpathfixer", "ctpathfixer"),
]
CLOSE_AT_ONCE = '''
import importlib, sys
from taurus.external.qt import Qt

main = importlib.import_module(sys.argv.pop(1)).main

class Closer(Qt.QObject):
    """Looks, in the thread of the windows, until one is shown; then ends the application."""

    @Qt.pyqtSlot()
    def look(self):
        shown = [one for one in Qt.QApplication.topLevelWidgets() if one.isVisible()]
        titles = [one.windowTitle() for one in shown if one.windowTitle()]
        if not titles:
            Qt.QTimer.singleShot(20, self.look)
            return
        print("opened:", *titles, flush=True)
        Qt.QApplication.instance().quit()

closer = Closer()

Qt.QMetaObject.invokeMethod(closer, "look", Qt.Qt.QueuedConnection)
main()
'''
RESTLESS = """
import threading, tango

def ask():
    while True:
        tango.Database().get_info()

for _ in range(4):
    threading.Thread(target=ask, daemon=True).start()
"""
FIND = """
from config_gui.find_device import FindError, find_device
try:
    print(find_device("SciDog", None))
except FindError as error:
    print(error)
"""
SCIDOG = Path(sys.prefix) / "bin" / "scidog"


@pytest.fixture
def database(own_folder: RunFolder) -> Iterator[TangoDatabase]:
    """A Tango database without any device of ours."""
    yield from serving(TangoDatabase(own_folder))


@pytest.fixture
def own_db(database: TangoDatabase, monkeypatch: pytest.MonkeyPatch) -> tango.Database:
    """The same, as a client sees it; TANGO_HOST names it during the test."""
    monkeypatch.setenv("TANGO_HOST", database.address)
    return connect(database.address)


def test_the_device_that_was_named_is_meant() -> None:
    assert find_device("SciDog", "a/b/c") == "a/b/c"


def test_the_only_scidog_in_the_database_is_meant(own_db: tango.Database) -> None:
    register(own_db, "SciDog/one", Device("demo/ctl/scidog-01", "SciDog"))
    assert found_by_a_command() == "demo/ctl/scidog-01"


def test_without_any_scidog_the_command_says_what_to_do(own_db: tango.Database) -> None:
    assert "knows no device of class SciDog: start one, or name it" in found_by_a_command()


def test_with_several_the_command_names_them(own_db: tango.Database) -> None:
    for number in (2, 1):
        register(own_db, "SciDog/two", Device(f"demo/ctl/scidog-0{number}", "SciDog"))
    assert "name one of: demo/ctl/scidog-01, demo/ctl/scidog-02" in found_by_a_command()


def found_by_a_command() -> str:
    """Return what is found, or why not, in a process of its own: TANGO keeps its first database for ever."""
    ended = subprocess.run(
        [sys.executable, "-c", FIND], capture_output=True, text=True, timeout=240, check=True
    )
    return ended.stdout.strip()


def test_without_a_database_the_command_ends_with_a_sentence() -> None:
    environment = {**os.environ, "TANGO_HOST": f"127.0.0.1:{free_port()}"}
    ended = subprocess.run(
        [SCIDOG], env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("module", "title"), WINDOWS)
def test_the_command_opens_a_window_and_ends_with_it(own_db: tango.Database, module: str, title: str) -> None:
    ended = opened_and_closed(module)
    assert ended.stdout.splitlines()[-1:] == [f"opened: {title}"]
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0


@pytest.mark.parametrize(("module", "title"), WINDOWS)
def test_the_command_ends_with_its_window_while_its_threads_ask(
    own_db: tango.Database, module: str, title: str
) -> None:
    ended = opened_and_closed(module, RESTLESS)
    assert ended.stdout.splitlines()[-1:] == [f"opened: {title}"]
    assert ended.returncode == 0


def opened_and_closed(module: str, beside: str = "") -> subprocess.CompletedProcess[str]:
    """Open the window of a command, close it as soon as it is shown, and wait for the command's end."""
    command = [sys.executable, "-c", beside + CLOSE_AT_ONCE, module, "demo/ctl/nobody"]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_the_panels_command_is_installed_under_its_name() -> None:
    commands = configparser.ConfigParser()
    commands.read(CHECKOUT / "setup.cfg")
    assert "ctpathfixer = config_gui.ctpathfixer:main" in commands["options.entry_points"]["console_scripts"]
