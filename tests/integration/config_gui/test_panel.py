"""PathFixer's panel off screen, on a real PathFixer, handled as a person would."""

import getpass
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from taurus.external.qt import Qt

from config_gui.models.session_fields import Field
from config_gui.views.banner import Banner
from config_gui.views.path_fixer_panel import PathFixerPanel
from config_gui.views.path_fixer_window import PathFixerWindow
from config_gui.views.style import dress
from scizoo.services.run_folder import RunFolder
from scizoo.services.tango_db import TangoDatabase
from tests.growing_file import growing_file
from tests.integration.config_gui.biomax import VISIT, Biomax, serving_biomax
from tests.integration.config_gui.heart import LONGEST_GAP_MS, Heart

LIMIT_MS = 60_000


class Visitor:
    """Somebody in front of the panel."""

    def __init__(self, qtbot: QtBot, panel: PathFixerPanel) -> None:
        self.qtbot, self.panel = qtbot, panel

    def waits(self, condition: Callable[[], bool], limit_ms: int = LIMIT_MS) -> None:
        self.qtbot.waitUntil(condition, timeout=limit_ms)

    def types(self, field: Field, text: str) -> None:
        line = self.panel.rows.fields[field].lineEdit()
        self.waits(line.isEnabled)
        line.selectAll()
        self.qtbot.keyClicks(line, text)

    def offered(self, field: Field) -> list[str]:
        box = self.panel.rows.fields[field]
        return [box.itemText(row) for row in range(box.count())]

    def chooses(self, field: Field, value: str) -> None:
        box = self.panel.rows.fields[field]
        self.waits(lambda: box.isEnabled() and box.findData(value) >= 0)
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())

    def clicks(self, button: Qt.QPushButton) -> None:
        self.waits(button.isEnabled)
        self.qtbot.mouseClick(button, Qt.Qt.LeftButton)

    def answers(self, banner: Banner, text: str) -> None:
        self.clicks(next(button for button in banner.buttons if button.text() == text))

    def reads(self, field: Field, text: str) -> None:
        self.waits(lambda: self.panel.rows.read[field].text() == text)

    def sees_set(self, field: Field, text: str) -> None:
        self.waits(lambda: self.panel.rows.fields[field].value() == text)

    def is_told(self, banner: Banner, text: str, limit_ms: int = LIMIT_MS) -> None:
        self.waits(lambda: banner.isVisible() and text in banner.text.text(), limit_ms)

    def opens(self, proposal: str = "20170251", sample: str = "") -> None:
        self.types(Field.USERNAME, "carlcarl")
        self.chooses(Field.PROPOSAL, proposal)
        if sample:
            self.types(Field.SAMPLE, sample)
        self.clicks(self.panel.open)
        self.reads(Field.PROPOSAL, proposal)
        self.sees_set(Field.VISIT, self.panel.rows.read[Field.VISIT].text())  # which the device has chosen


@pytest.fixture
def biomax(run_folder: RunFolder, tango_db: TangoDatabase, tmp_path: Path) -> Iterator[Biomax]:
    yield from serving_biomax(run_folder, tango_db, tmp_path / "biomax")


@pytest.fixture
def visitor(qtbot: QtBot, qapp: Qt.QApplication, biomax: Biomax) -> Iterator[Visitor]:
    dress(qapp)
    window = PathFixerWindow(biomax.server.address, period_s=0.1)
    qtbot.addWidget(window)
    window.show()
    visitor = Visitor(qtbot, window.panel)
    visitor.waits(lambda: window.panel.line.notice.isVisible())
    yield visitor
    window.close()


def test_the_rows_stand_in_the_order_and_with_the_labels_of_the_slide(visitor: Visitor) -> None:
    grid = visitor.panel.rows.layout()
    rows = [row for row in range(grid.rowCount()) if grid.itemAtPosition(row, 0)]
    assert [grid.itemAtPosition(row, 0).widget().text() for row in rows] == [
        "Username", "Proposal", "Visit", "Sample (Optional)", "Endstation",
    ]  # fmt: skip
    for row, field in zip(rows, Field, strict=True):
        assert grid.itemAtPosition(row, 1).widget() is visitor.panel.rows.fields[field]
        assert grid.itemAtPosition(row, 2).widget() is visitor.panel.rows.read[field]
    assert visitor.panel.browse.text() == "Browse..."
    assert visitor.panel.window().windowTitle() == "ctpathfixer"


def test_without_a_session_it_says_so_in_plain_sight(visitor: Visitor, biomax: Biomax) -> None:
    panel = visitor.panel
    assert panel.line.notice.text() == "NO SESSION, NO DATA"
    assert {panel.rows.read[field].text() for field in Field} == {"Not initialised"}
    assert f"{biomax.site.data_root}/staff/biomax/unowned" in panel.line.unowned.text()
    assert not panel.line.path.isVisible()
    assert not panel.close_session.isEnabled() and not panel.browse.isEnabled()


def test_user_first_then_one_of_the_users_proposals_then_a_visit_then_a_session(
    visitor: Visitor, biomax: Biomax
) -> None:
    assert not visitor.panel.open.isEnabled()
    visitor.types(Field.USERNAME, "anagonz")
    visitor.waits(
        lambda: visitor.offered(Field.PROPOSAL) == ["20170251  Structure of a membrane transporter"]
    )
    visitor.types(Field.USERNAME, "carlcarl")
    visitor.waits(lambda: len(visitor.offered(Field.PROPOSAL)) == 3)
    assert "20170400" in visitor.offered(Field.PROPOSAL)  # without its title: it is proprietary
    visitor.chooses(Field.PROPOSAL, "20170251")
    assert visitor.panel.rows.fields[Field.PROPOSAL].value() == "20170251"
    visitor.chooses(Field.VISIT, VISIT)
    visitor.types(Field.SAMPLE, "plastic/plastic-s1")
    visitor.clicks(visitor.panel.open)

    path = f"{biomax.visit_folder}/raw/plastic/plastic-s1"
    visitor.waits(lambda: visitor.panel.line.path.text() == path)
    for field, text in (
        (Field.USERNAME, "carlcarl"),
        (Field.VISIT, VISIT),
        (Field.SAMPLE, "plastic/plastic-s1"),
        (Field.ENDSTATION, "None"),
    ):
        visitor.reads(field, text)
        assert visitor.panel.rows.fields[field].value() == text
    visitor.is_told(visitor.panel.notices.message, "the session is open")
    assert not visitor.panel.line.notice.isVisible()
    assert biomax.client.session().sample_path == path


def test_staff_are_offered_every_proposal(visitor: Visitor) -> None:
    visitor.types(Field.USERNAME, "mikegu")
    visitor.waits(lambda: len(visitor.offered(Field.PROPOSAL)) == 3)


def test_nothing_is_staged_at_the_device_by_choosing(visitor: Visitor, biomax: Biomax) -> None:
    visitor.types(Field.USERNAME, "carlcarl")
    visitor.chooses(Field.PROPOSAL, "20170251")
    visitor.waits(lambda: VISIT in " ".join(visitor.offered(Field.VISIT)))
    device = biomax.server.proxy()
    assert device.read_attribute("Username").w_value == device.read_attribute("Proposal").w_value == ""


def test_another_user_clears_what_followed_from_the_first(visitor: Visitor) -> None:
    visitor.types(Field.USERNAME, "carlcarl")
    visitor.chooses(Field.PROPOSAL, "20170251")
    visitor.types(Field.USERNAME, "anagonz")
    assert visitor.panel.rows.fields[Field.PROPOSAL].value() == ""
    assert not visitor.panel.open.isEnabled()


def test_a_refusal_is_told_in_the_devices_words_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    visitor.types(Field.USERNAME, "carlcarl")
    visitor.types(Field.PROPOSAL, "20170999")
    visitor.clicks(visitor.panel.open)
    visitor.is_told(visitor.panel.notices.message, "is 'Refused', not accepted: ask the user office")
    assert "RefusedError" not in visitor.panel.notices.message.text.text()
    assert visitor.panel.rows.fields[Field.PROPOSAL].value() == "20170999"
    assert visitor.panel.line.notice.isVisible()


def test_a_sample_alone_is_set_in_the_open_session_and_offered_again_later(
    visitor: Visitor, biomax: Biomax
) -> None:
    visitor.opens(sample="ice")
    visitor.types(Field.SAMPLE, "air")
    visitor.waits(lambda: visitor.panel.open.text() == "Set sample")
    visitor.clicks(visitor.panel.open)
    visitor.waits(lambda: visitor.panel.line.path.text() == f"{biomax.visit_folder}/raw/air")
    visitor.waits(lambda: visitor.offered(Field.SAMPLE) == ["(none)", "air", "ice"])


def test_closing_is_asked_and_then_there_is_no_session(visitor: Visitor, biomax: Biomax) -> None:
    visitor.opens()
    visitor.clicks(visitor.panel.close_session)
    visitor.answers(visitor.panel.notices.question, "Keep open")
    assert biomax.client.session().state == "open"
    visitor.clicks(visitor.panel.close_session)
    visitor.answers(visitor.panel.notices.question, "Close")
    visitor.waits(visitor.panel.line.notice.isVisible)
    visitor.reads(Field.USERNAME, "Not initialised")
    assert visitor.panel.rows.fields[Field.USERNAME].value() == ""
    assert biomax.client.session().state == "closed"


def test_a_switch_under_growing_files_needs_a_reason_which_the_history_keeps(
    visitor: Visitor, biomax: Biomax
) -> None:
    visitor.opens()
    refusal = visitor.panel.notices.refusal
    with growing_file(biomax.visit_folder / "raw/scan-0001.h5"):
        visitor.waits(biomax.wants_a_reason)
        visitor.clicks(visitor.panel.close_session)
        visitor.answers(visitor.panel.notices.question, "Close")
        visitor.waits(refusal.isVisible)
    assert "scan-0001.h5 grew" in refusal.text.text()
    assert not refusal.do.isEnabled()
    visitor.qtbot.keyClicks(refusal.reason, "the detector writes for ever")
    visitor.clicks(refusal.do)
    visitor.waits(visitor.panel.line.notice.isVisible)
    assert not refusal.isVisible()
    newest = biomax.server.proxy().History[0]
    assert "the detector writes for ever" in newest and f"{getpass.getuser()}@" in newest


def test_what_somebody_else_opens_is_read_beside_what_is_set_here(visitor: Visitor, biomax: Biomax) -> None:
    visitor.types(Field.USERNAME, "anagonz")
    biomax.client.open_session("carlcarl", "20170307")
    visitor.reads(Field.USERNAME, "carlcarl")
    assert visitor.panel.rows.fields[Field.USERNAME].value() == "anagonz"
    visitor.clicks(visitor.panel.discard)
    assert visitor.panel.rows.fields[Field.USERNAME].value() == "carlcarl"
    assert not visitor.panel.open.isEnabled()


def test_while_the_storage_hangs_the_panel_shows_how_far_the_opening_is(
    visitor: Visitor, biomax: Biomax
) -> None:
    biomax.client.check()
    heart = Heart()
    visitor.types(Field.USERNAME, "carlcarl")
    visitor.chooses(Field.PROPOSAL, "20170251")
    with biomax.storage_frozen():
        heart.start()
        visitor.clicks(visitor.panel.open)
        progress = visitor.panel.notices.progress
        visitor.waits(lambda: progress.isVisible() and "looking for its visits" in progress.format())
        assert (progress.value(), progress.maximum()) == (1, 4)
        assert not visitor.panel.open.isEnabled()
        assert heart.longest_ms < LONGEST_GAP_MS
    visitor.reads(Field.PROPOSAL, "20170251")
    visitor.waits(lambda: not progress.isVisible())


def test_check_shows_what_is_wrong(visitor: Visitor, biomax: Biomax) -> None:
    visitor.opens()
    visitor.clicks(visitor.panel.check)
    visitor.is_told(visitor.panel.notices.message, "a scan has everything that it needs")
    (biomax.visit_folder / "photos").rmdir()
    visitor.clicks(visitor.panel.check)
    visitor.is_told(visitor.panel.notices.message, "photos is missing")


def test_browse_shows_the_folders_and_one_of_them_becomes_the_sample(
    visitor: Visitor, biomax: Biomax
) -> None:
    visitor.opens()
    (biomax.visit_folder / "raw/plastic/plastic-s1").mkdir(parents=True)
    (biomax.visit_folder / "raw/scan-0001.h5").write_bytes(b"12345")
    visitor.clicks(visitor.panel.browse)
    tree = visitor.panel.folders.tree
    visitor.waits(lambda: tree.topLevelItemCount() == 2)
    assert [tree.topLevelItem(row).text(0) for row in range(2)] == ["plastic", "scan-0001.h5"]
    assert tree.topLevelItem(1).text(1) == "5"
    plastic = tree.topLevelItem(0)
    plastic.setExpanded(True)
    visitor.waits(lambda: plastic.child(0).text(0) == "plastic-s1")
    tree.setCurrentItem(plastic.child(0))
    visitor.clicks(visitor.panel.folders.take)
    assert visitor.panel.rows.fields[Field.SAMPLE].value() == "plastic/plastic-s1"
    visitor.clicks(visitor.panel.open)
    visitor.reads(Field.SAMPLE, "plastic/plastic-s1")


def test_a_frozen_path_fixer_never_stops_the_window_and_what_is_known_stays(
    visitor: Visitor, biomax: Biomax
) -> None:
    visitor.opens()
    visitor.types(Field.SAMPLE, "ice")
    visitor.waits(visitor.panel.open.isEnabled)
    heart = Heart()
    with biomax.frozen():
        heart.start()
        visitor.clicks(visitor.panel.open)
        visitor.is_told(visitor.panel.notices.trouble, "does not answer")
        assert "What is shown is of" in visitor.panel.notices.trouble.text.text()
        assert visitor.panel.rows.read[Field.PROPOSAL].text() == "20170251"
        assert not visitor.panel.line.notice.isVisible()
        visitor.is_told(visitor.panel.notices.message, "did not succeed")
        another = PathFixerPanel()
        for panel, device in (
            (visitor.panel, "test/nobody/1"),
            (visitor.panel, biomax.server.address),
            (another, biomax.server.address),
        ):
            panel.setModel(device)
            Qt.QApplication.processEvents()
        # Each first call to a frozen server blocks for some seconds in TANGO, one after the other.
        visitor.is_told(visitor.panel.notices.trouble, "does not answer", 60_000)
        assert heart.longest_ms < LONGEST_GAP_MS
        another.stop()
    visitor.waits(lambda: not visitor.panel.notices.trouble.isVisible())
    visitor.reads(Field.PROPOSAL, "20170251")


def test_a_device_that_nobody_knows_is_told(visitor: Visitor) -> None:
    visitor.panel.setModel("test/nobody/1")
    visitor.is_told(visitor.panel.notices.trouble, "test/nobody/1 does not answer")
    assert {visitor.panel.rows.read[field].text() for field in Field} == {"?"}
    assert not visitor.panel.line.notice.isVisible()


def test_while_the_user_office_is_away_staff_open_with_a_reason(visitor: Visitor, biomax: Biomax) -> None:
    visitor.types(Field.USERNAME, "mikegu")
    visitor.waits(lambda: len(visitor.offered(Field.PROPOSAL)) == 3)
    biomax.site.office.unlink()
    visitor.types(Field.PROPOSAL, "20209999")
    visitor.clicks(visitor.panel.open)
    refusal = visitor.panel.notices.refusal
    visitor.waits(refusal.isVisible)
    assert "mikegu may open it with an override_reason" in refusal.text.text()
    visitor.qtbot.keyClicks(refusal.reason, "the PI is on the telephone")
    visitor.clicks(refusal.do)
    visitor.reads(Field.PROPOSAL, "20209999")
    session = biomax.client.session()
    assert (session.origin, session.override_reason) == ("override", "the PI is on the telephone")
    visitor.is_told(visitor.panel.notices.condition, "the user office is away")


def test_a_path_fixer_in_fault_shows_what_it_says(visitor: Visitor, biomax: Biomax) -> None:
    device = biomax.server.proxy()
    device.put_property({"Rules": ["nowhere_v1"]})
    device.Init()
    visitor.is_told(visitor.panel.notices.condition, "nowhere_v1")
    assert visitor.panel.notices.condition.objectName() == "bad"
    assert not visitor.panel.open.isEnabled() and not visitor.panel.check.isEnabled()
