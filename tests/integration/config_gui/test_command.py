"""The commands ``scidog`` and ``ctpathfixer``: which device they mean, and that a window comes up."""

import configparser
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tango

from config_gui.find_device import FindError, find_device
from scizoo.services.device_server import Device, connect, register
from scizoo.services.ports import free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.system_packages import CHECKOUT
from scizoo.services.tango_db import TangoDatabase

CLOSE_AT_ONCE = """
import importlib, sys, threading
from taurus.external.qt import Qt
from tests.waiting import wait_for

main = importlib.import_module(sys.argv.pop(1)).main

def shown_titles():
    try:
        shown = [one for one in Qt.QApplication.topLevelWidgets() if one.isVisible()]
        return [one.windowTitle() for one in shown if one.windowTitle()]
    except RuntimeError:  # a splash that was deleted while this thread looked
        return []

def close():
    wait_for(lambda: Qt.QApplication.instance(), 20, "the application")
    titles = wait_for(shown_titles, 20, "a window")
    print("opened:", *titles, flush=True)
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
    assert find_device("SciDog", "a/b/c") == "a/b/c"


def test_the_only_scidog_in_the_database_is_meant(own_db: tango.Database) -> None:
    register(own_db, "SciDog/one", Device("demo/ctl/scidog-01", "SciDog"))
    assert find_device("SciDog", None) == "demo/ctl/scidog-01"


def test_without_any_scidog_the_command_says_what_to_do(own_db: tango.Database) -> None:
    with pytest.raises(FindError, match="knows no device of class SciDog: start one, or name it"):
        find_device("SciDog", None)


def test_with_several_the_command_names_them(own_db: tango.Database) -> None:
    for number in (2, 1):
        register(own_db, "SciDog/two", Device(f"demo/ctl/scidog-0{number}", "SciDog"))
    with pytest.raises(FindError, match="name one of: demo/ctl/scidog-01, demo/ctl/scidog-02"):
        find_device("SciDog", None)


def test_without_a_database_the_command_ends_with_a_sentence() -> None:
    environment = {**os.environ, "TANGO_HOST": f"127.0.0.1:{free_port()}"}
    ended = subprocess.run([SCIDOG], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("module", "title"),
    [
        ("config_gui.main", "scidog - new - demo/ctl/nobody"),
        ("config_gui.ctpathfixer", "ctpathfixer"),
    ],
)
def test_the_command_opens_a_window_and_ends_with_it(own_db: tango.Database, module: str, title: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CLOSE_AT_ONCE, module, "demo/ctl/nobody"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout.splitlines()[-1:] == [f"opened: {title}"]
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0


def test_the_panels_command_is_installed_under_its_name() -> None:
    commands = configparser.ConfigParser()
    commands.read(CHECKOUT / "setup.cfg")
    assert "ctpathfixer = config_gui.ctpathfixer:main" in commands["options.entry_points"]["console_scripts"]
