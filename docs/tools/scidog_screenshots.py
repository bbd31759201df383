"""Make the pictures of the ``scidog`` window in docs/images: real Tango, real devices, no display.

Run from the checkout: ``.venv/bin/python docs/tools/scidog_screenshots.py``.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyqt5")

from taurus.external.qt import Qt

from config_gui.models.selection_table import SelectionTable
from config_gui.views.style import dress
from config_gui.views.window import SciDogWindow
from scidog.client import SciDogClient
from scifish.selection import Entry, Selection
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase

IMAGES = Path(__file__).parents[1] / "images"
DEVICE = "demo/ctl/scidog-01"
SIM = "demo/sim"
ENTRIES = (
    Entry(name="R1 ring current", device=f"{SIM}/ring", attribute="current"),
    Entry(name="Ring lifetime", device=f"{SIM}/ring", attribute="lifetime"),
    Entry(
        name="Branch valve",
        device=f"{SIM}/valve-01",
        attribute="position",
        mapping={"CLOSED": "insert", "OPEN": "extract"},
    ),
    Entry(name="Pressure EA01", device=f"{SIM}/gauge-01", attribute="pressure"),
    Entry(
        group="Exit slit positions",
        name="a slit1 h",
        device=f"{SIM}/slit-01",
        attribute="position",
        unit="um",
    ),
    Entry(group="Detector", name="Spectrum", device=f"{SIM}/spectrum-01", attribute="spectrum"),
    Entry(group="Monochromator", name="Cooling water", device=f"{SIM}/broken-01", attribute="flowrate"),
    Entry(group="Monochromator", name="2nd crystal", device=f"{SIM}/broken-01", attribute="temperature"),
)
ALL = Selection(name="All", entries=ENTRIES, author="staff@b-demo-cc-0")


def main() -> None:
    """Start the parts, drive the window, save the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with _beamline() as client:
        client.save(Selection(name="XPS small", entries=ENTRIES[:4], author="staff@b-demo-cc-0"))
        saved = client.save(ALL)
        client.switch("All")
        app = Qt.QApplication(["scidog"])
        dress(app)
        window = SciDogWindow(DEVICE, "visitor@b-demo-cc-0", period_s=0.2)
        window.show()
        _live(app, window)
        _adding(app, window)
        _meanwhile(app, window, client, saved)
        _history(app, window)
        window.close()


def _live(app: Qt.QApplication, window: SciDogWindow) -> None:
    _until(app, lambda: _all_read(window.table) and bool(window.table.failures()))
    _save(window, "scidog-live.png")


def _adding(app: Qt.QApplication, window: SciDogWindow) -> None:
    window.panel.devices.search.setText("sim slit")
    view = window.panel.devices.view
    slit = window.tree.index(0, 0, window.tree.index(0, 0, window.tree.index(0, 0)))
    view.expand(slit)
    _until(app, lambda: window.tree.rowCount(slit) > 1)
    view.setCurrentIndex(window.tree.index(0, 0, slit))
    window.panel.form.fields["group"].setText("Exit slit positions")
    window.panel.form.fields["name"].setText("a slit1 v")
    window.panel.form.mapping.setPlainText("250.0 -> open")
    _settle(app)
    _save(window, "scidog-add.png")
    window.panel.form.submit()
    window.editor.change(lambda draft: draft.remove(1))
    window.panel.devices.search.clear()


def _meanwhile(app: Qt.QApplication, window: SciDogWindow, client: SciDogClient, saved: Selection) -> None:
    theirs = (*saved.entries[:4], *saved.entries[5:])
    client.save(
        saved.model_copy(update={"entries": theirs, "author": "anna@b-demo-cc-1", "comment": "slit is out"})
    )
    _until(app, lambda: window.editor.meanwhile is not None and _all_read(window.table))
    _save(window, "scidog-meanwhile.png")


def _history(app: Qt.QApplication, window: SciDogWindow) -> None:
    window.header.history_asked.emit()
    _until(app, lambda: hasattr(window, "history"))
    _settle(app)
    _save(window.history, "scidog-history.png")
    window.history.close()


@contextmanager
def _beamline() -> Iterator[SciDogClient]:
    with tempfile.TemporaryDirectory(prefix="scizoo-") as name, ExitStack() as stack:
        folder = RunFolder(Path(name))
        database = TangoDatabase(folder)
        os.environ.update(folder.environment(database.address), SCIZOO_HOST="b-demo-cc-0")
        _serve(stack, database)
        _serve(stack, Simulation(folder, database.address))
        properties = {"Beamline": "demo", "Store": str(folder.path / "selections"), "RefreshPeriod": "0.1"}
        device = Device(DEVICE, "SciDog", properties)
        _serve(stack, DeviceServer(folder, database.address, "scidog", "SciDog", [device]))
        yield SciDogClient(DEVICE)
        folder.remove_link()


def _serve(stack: ExitStack, service: Service) -> None:
    stack.callback(service.stop)
    service.start()
    service.wait_ready()


def _save(widget: Qt.QWidget, name: str) -> None:
    widget.grab().save(str(IMAGES / name))


def _all_read(table: SelectionTable) -> bool:
    texts = [table.index(row, 4).data() for row in range(table.rowCount())]
    return bool(texts) and not any("reading" in text for text in texts)


def _until(app: Qt.QApplication, condition: Callable[[], bool], limit_ms: int = 15_000) -> None:
    clock = Qt.QElapsedTimer()
    clock.start()
    while not condition():
        if clock.elapsed() > limit_ms:
            raise TimeoutError("the window did not come to the state of the picture")
        app.processEvents(Qt.QEventLoop.WaitForMoreEvents | Qt.QEventLoop.AllEvents, 50)
    _settle(app)


def _settle(app: Qt.QApplication) -> None:
    for _ in range(5):
        app.processEvents()


if __name__ == "__main__":
    main()
