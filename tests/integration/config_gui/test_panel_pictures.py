"""The pictures of PathFixer's panel in docs/images: one of each state, taken of a real device.

``make pictures`` writes them there (``SCIZOO_PICTURES`` names the folder), with the data below ``/data`` as
at a beamline (``SCIZOO_PICTURES_DATA``, in a root of its own); else they are only looked at.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from taurus.external.qt import Qt

from config_gui.models.session_fields import Field
from config_gui.views.path_fixer_panel import PathFixerPanel
from config_gui.views.path_fixer_window import PathFixerWindow
from config_gui.views.style import dress
from scizoo.services.run_folder import RunFolder
from scizoo.services.system_packages import CHECKOUT
from scizoo.services.tango_db import TangoDatabase
from tests.growing_file import growing_file
from tests.integration.config_gui.biomax import Biomax, serving_biomax

HOW_TO = CHECKOUT / "docs/how-to/session-panel.md"
LEAST_COLOURS = 20
"""A picture on which nothing was painted has fewer."""


class Photographer:
    """Brings the window into a state and takes its picture."""

    def __init__(self, qtbot: QtBot, window: PathFixerWindow, folder: Path) -> None:
        self.qtbot, self.window, self.folder = qtbot, window, folder
        self.taken: list[str] = []

    @property
    def panel(self) -> PathFixerPanel:
        return self.window.panel

    def waits(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=60_000)

    def fills(self, username: str, proposal: str, sample: str = "") -> None:
        self.waits(lambda: not self.panel.editor.busy)
        for field, text in (
            (Field.USERNAME, username),
            (Field.PROPOSAL, proposal),
            (Field.SAMPLE, sample),
        ):
            line = self.panel.rows.fields[field].lineEdit()
            line.selectAll()
            self.qtbot.keyClicks(line, text)

    def clicks(self, button: Qt.QPushButton) -> None:
        self.waits(button.isEnabled)
        self.qtbot.mouseClick(button, Qt.Qt.LeftButton)

    def takes(self, name: str, widget: Qt.QWidget | None = None, over: Qt.QWidget | None = None) -> None:
        """Save a picture, with what has opened over the widget painted on it."""
        seen = widget or self.window
        self.window.setFocus()
        self.qtbot.wait(50)
        picture = seen.grab()
        if over is not None:
            painter = Qt.QPainter(picture)
            painter.drawPixmap(seen.mapFromGlobal(over.mapToGlobal(Qt.QPoint(0, 0))), over.grab())
            painter.end()
        assert colours(picture.toImage()) > LEAST_COLOURS, name
        assert picture.save(str(self.folder / f"ctpathfixer-{name}.png"))
        self.taken.append(f"ctpathfixer-{name}.png")


def colours(image: Qt.QImage) -> int:
    """Count the colours on every fourth line."""
    return len({image.pixel(x, y) for y in range(0, image.height(), 4) for x in range(image.width())})


@pytest.fixture
def biomax(run_folder: RunFolder, tango_db: TangoDatabase) -> Iterator[Biomax]:
    data_root = os.environ.get("SCIZOO_PICTURES_DATA")
    with tempfile.TemporaryDirectory(prefix="sdm-") as name:
        yield from serving_biomax(
            run_folder, tango_db, Path(name), data_root=Path(data_root) if data_root else None
        )


@pytest.fixture
def photographer(
    qtbot: QtBot, qapp: Qt.QApplication, biomax: Biomax, tmp_path: Path
) -> Iterator[Photographer]:
    dress(qapp)
    window = PathFixerWindow(biomax.server.address, period_s=0.1)
    qtbot.addWidget(window)
    window.show()
    yield Photographer(qtbot, window, Path(os.environ.get("SCIZOO_PICTURES") or tmp_path))
    window.close()


def test_every_state_has_its_picture_in_the_how_to(photographer: Photographer, biomax: Biomax) -> None:
    no_session(photographer)
    choosing(photographer)
    opening(photographer, biomax)
    session_is_open(photographer)
    another_sample(photographer)
    refused(photographer)
    checked(photographer, biomax)
    browsing(photographer, biomax)
    closing(photographer)
    reason_wanted(photographer, biomax)
    silent(photographer, biomax)
    needs_a_person(photographer, biomax)
    shown = re.findall(r"\(\.\./images/(ctpathfixer-[a-z-]+\.png)\)", HOW_TO.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(photographer.taken)
    missing = [name for name in shown if not (CHECKOUT / "docs/images" / name).is_file()]
    assert missing == []


def no_session(photographer: Photographer) -> None:
    photographer.waits(photographer.panel.line.notice.isVisible)
    photographer.takes("no-session")


def choosing(photographer: Photographer) -> None:
    photographer.fills("carlcarl", "")
    box = photographer.panel.rows.fields[Field.PROPOSAL]
    photographer.waits(lambda: box.count() == 3)
    box.showPopup()
    photographer.waits(box.view().isVisible)
    photographer.takes("choosing", over=box.view().window())
    box.hidePopup()


def opening(photographer: Photographer, biomax: Biomax) -> None:
    biomax.client.check()
    photographer.fills("carlcarl", "20170251")
    with biomax.storage_frozen():
        photographer.clicks(photographer.panel.open)
        photographer.waits(lambda: "looking for its visits" in photographer.panel.notices.progress.format())
        photographer.takes("opening")


def session_is_open(photographer: Photographer) -> None:
    photographer.waits(photographer.panel.line.path.isVisible)
    photographer.waits(photographer.panel.notices.message.isVisible)
    photographer.waits(lambda: not photographer.panel.notices.progress.isVisible())
    assert photographer.panel.rows.read[Field.SAMPLE].text() == "Not initialised"
    photographer.takes("open")


def another_sample(photographer: Photographer) -> None:
    photographer.fills("carlcarl", "20170251", "plastic/plastic-s1")
    photographer.panel.editor.set(Field.VISIT, photographer.panel.editor.session.visit)
    photographer.panel.editor.set(Field.SAMPLE, "plastic/plastic-s1")
    photographer.waits(lambda: photographer.panel.open.text() == "Set sample")
    photographer.takes("sample")
    photographer.clicks(photographer.panel.open)
    photographer.waits(lambda: photographer.panel.line.path.text().endswith("plastic-s1"))


def refused(photographer: Photographer) -> None:
    photographer.fills("anagonz", "20170307")
    photographer.clicks(photographer.panel.open)
    photographer.waits(lambda: "belongs neither to" in photographer.panel.notices.message.text.text())
    photographer.takes("refused")
    photographer.clicks(photographer.panel.discard)


def checked(photographer: Photographer, biomax: Biomax) -> None:
    (biomax.visit_folder / "raw").chmod(0o2750)
    photographer.clicks(photographer.panel.check)
    photographer.waits(lambda: "should have 2770" in photographer.panel.notices.message.text.text())
    photographer.takes("checked")
    (biomax.visit_folder / "raw").chmod(0o2770)


def browsing(photographer: Photographer, biomax: Biomax) -> None:
    for name in ("air", "plastic/plastic-s1", "plastic/plastic-s2"):
        (biomax.visit_folder / "raw" / name).mkdir(parents=True, exist_ok=True)
    (biomax.visit_folder / "raw/scan-0001.h5").write_bytes(b"x" * 49784)
    photographer.clicks(photographer.panel.browse)
    tree = photographer.panel.folders.tree
    photographer.waits(lambda: tree.topLevelItemCount() == 3)
    tree.topLevelItem(1).setExpanded(True)
    photographer.waits(lambda: tree.topLevelItem(1).childCount() == 2)
    tree.setCurrentItem(tree.topLevelItem(1).child(0))
    photographer.takes("browse", photographer.panel.folders)
    photographer.panel.folders.reject()


def needs_a_person(photographer: Photographer, biomax: Biomax) -> None:
    raw = biomax.visit_folder / "raw"
    raw.rename(raw.with_name("was-raw"))
    raw.symlink_to(biomax.site.data_root)
    condition, elsewhere = photographer.panel.notices.condition, biomax.client.session().unowned_path
    photographer.waits(
        lambda: (
            "link or no folder" in condition.text.text()
            and condition.text.text().endswith(f"Until then scans go to {elsewhere}")
        )
    )
    assert condition.isVisible()
    photographer.panel.editor.discard()
    photographer.takes("alarm")


def closing(photographer: Photographer) -> None:
    photographer.clicks(photographer.panel.close_session)
    photographer.waits(photographer.panel.notices.question.isVisible)
    photographer.takes("closing")
    photographer.panel.editor.keep_open()


def reason_wanted(photographer: Photographer, biomax: Biomax) -> None:
    with growing_file(biomax.visit_folder / "raw/scan-0001.h5"):
        photographer.waits(biomax.wants_a_reason)
        photographer.waits(lambda: photographer.panel.editor.is_reachable)
        photographer.panel.editor.close()
        photographer.waits(photographer.panel.notices.refusal.isVisible)
    photographer.qtbot.keyClicks(photographer.panel.notices.refusal.reason, "the detector hangs, told Ana")
    photographer.takes("reason")
    photographer.panel.editor.give_up()


def silent(photographer: Photographer, biomax: Biomax) -> None:
    with biomax.frozen():
        photographer.waits(photographer.panel.notices.trouble.isVisible)
        photographer.takes("silent")
