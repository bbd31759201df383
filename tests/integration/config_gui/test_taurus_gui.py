"""The panel as a Taurus widget among others: in a TaurusGui, and by its model property."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from config_gui.views.path_fixer_panel import PathFixerPanel
from scizoo.services.run_folder import RunFolder
from scizoo.services.tango_db import TangoDatabase
from tests.integration.config_gui.biomax import Biomax, serving_biomax
from tests.integration.config_gui.heart import LONGEST_GAP_MS, Heart

GUI = """
from taurus.qt.qtgui.taurusgui.utils import PanelDescription

GUI_NAME = "biomax"
ORGANIZATION = "scizoo"
session = PanelDescription(
    "Session", classname="config_gui.views.path_fixer_panel:PathFixerPanel", model="{device}"
)
"""
OPEN_IT = """
import sys
from taurus.qt.qtgui.application import TaurusApplication
app = TaurusApplication(["biomax"], app_name="biomax", cmd_line_parser=None)
from taurus.external.qt import Qt
from taurus.qt.qtgui.taurusgui import TaurusGui

gui = TaurusGui(None, confname=sys.argv[1], settingsname=sys.argv[2])
gui.show()
panel = gui.getPanel("Session").widget()

def look():
    if panel.line.notice.isVisible():
        print(panel.getModel(), panel.line.notice.text(), flush=True)
        app.quit()

timer = Qt.QTimer()
timer.timeout.connect(look)
timer.start(50)
app.exec_()
gui.close()
"""


@pytest.fixture
def biomax(run_folder: RunFolder, tango_db: TangoDatabase, tmp_path: Path) -> Iterator[Biomax]:
    yield from serving_biomax(run_folder, tango_db, tmp_path / "biomax")


def test_a_taurus_gui_shows_it_by_its_class_and_model(biomax: Biomax, tmp_path: Path) -> None:
    configuration = tmp_path / "gui" / "config.py"
    configuration.parent.mkdir()
    configuration.write_text(GUI.format(device=biomax.server.address))
    ended = subprocess.run(
        [sys.executable, "-c", OPEN_IT, configuration, tmp_path / "gui.ini"],
        env={**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert f"{biomax.server.address} NO SESSION, NO DATA" in ended.stdout, ended.stderr
    assert "Traceback" not in ended.stderr


def test_its_model_is_a_property_and_may_change(qtbot: QtBot, biomax: Biomax) -> None:
    panel = PathFixerPanel(period_s=0.1)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.model == ""
    panel.model = biomax.server.address
    qtbot.waitUntil(panel.line.notice.isVisible, timeout=60_000)
    panel.resetModel()
    assert panel.getModel() == "" and not panel.line.notice.isVisible()
    panel.stop()


def test_the_model_of_a_frozen_device_is_set_at_once(qtbot: QtBot, biomax: Biomax) -> None:
    panel, heart = PathFixerPanel(period_s=0.1), Heart()
    qtbot.addWidget(panel)
    panel.show()
    with biomax.frozen():
        heart.start()
        panel.model = biomax.server.address
        qtbot.waitUntil(panel.notices.trouble.isVisible, timeout=60_000)
        assert heart.longest_ms < LONGEST_GAP_MS
    qtbot.waitUntil(panel.line.notice.isVisible, timeout=60_000)
    panel.stop()
