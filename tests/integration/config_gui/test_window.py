"""The window off screen, on a real SciDog and real devices, handled as a person would."""

import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from taurus.external.qt import Qt

from config_gui.models.columns import Column
from config_gui.models.selection_table import ToneRole
from config_gui.models.shown import Tone
from config_gui.views.banner import Banner
from config_gui.views.style import dress
from config_gui.views.window import SciDogWindow
from scidog.client import SciDogClient
from scifish.selection import Entry, Selection
from scizoo.services.device_server import Device, DeviceServer, connect, register
from scizoo.services.run_folder import RunFolder
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase
from tests.integration.config_gui.heart import LONGEST_GAP_MS, Heart
from tests.processes import freeze
from tests.serving import serving, serving_many

RING = Entry(name="Ring current", device="demo/sim/ring", attribute="current")
GAUGE = Entry(group="Vacuum", name="Pressure", device="demo/sim/gauge-01", attribute="pressure")
DEAD = Entry(name="Dead", device="test/dead/1", attribute="value")
ALL = Selection(name="all", entries=(RING, GAUGE), author="anna")
NUMBERS = count()
LIMIT_MS = 60_000


class Person:
    """Somebody in front of the window."""

    def __init__(self, qtbot: QtBot, window: SciDogWindow) -> None:
        self.qtbot, self.window = qtbot, window

    def waits(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=LIMIT_MS)

    def rows(self, column: Column) -> list[str]:
        table = self.window.table
        return [table.index(row, column).data() for row in range(table.rowCount())]

    def sees(self, column: Column, *texts: str) -> None:
        self.waits(lambda: self.rows(column) == list(texts))

    def sees_values(self, *tones: Tone) -> None:
        """Wait for one reading of which the values of the first rows are as good as this."""
        table = self.window.table
        self.waits(
            lambda: tuple(table.index(row, Column.VALUE).data(ToneRole) for row in range(len(tones))) == tones
        )

    def clicks(self, button: Qt.QPushButton) -> None:
        self.waits(button.isEnabled)
        self.qtbot.mouseClick(button, Qt.Qt.LeftButton)

    def clicks_cell(self, row: int, column: Column) -> None:
        view = self.window.selection.view
        place = view.visualRect(self.window.table.index(row, column)).center()
        self.qtbot.mouseClick(view.viewport(), Qt.Qt.LeftButton, pos=place)

    def answers(self, banner: Banner, text: str) -> None:
        self.clicks(next(button for button in banner.buttons if button.text() == text))

    def types(self, field: str, text: str) -> None:
        self.window.panel.form.fields[field].clear()
        self.qtbot.keyClicks(self.window.panel.form.fields[field], text)

    def chooses(self, name: str) -> None:
        choice = self.window.header.choice
        choice.setCurrentIndex(choice.findData(name))
        choice.activated.emit(choice.currentIndex())

    def saves(self, comment: str = "") -> None:
        self.clicks(self.window.header.save)
        self.window.question.comment.setText(comment)
        self.clicks(self.window.question.ok)

    def reads(self, banner: Banner, text: str) -> None:
        self.waits(lambda: banner.isVisible() and text in banner.text.text())


@pytest.fixture
def dog(tango_db: TangoDatabase, simulation: Simulation, run_folder: RunFolder) -> Iterator[SciDogClient]:
    """A SciDog with two selections, ``all`` active."""
    instance = f"gui{next(NUMBERS)}"
    store = str(run_folder.path / f"store-{instance}")
    device = Device(
        f"test/scidog/{instance}", "SciDog", {"Beamline": "demo", "Store": store, "RefreshPeriod": "0.1"}
    )
    server = DeviceServer(run_folder, tango_db.address, f"scidog-{instance}", "SciDog", [device], instance)
    with serving_many() as start:
        start(server)
        client = SciDogClient(server.address)
        client.save(Selection(name="small", entries=(RING,), author="anna"))
        client.save(ALL)
        client.switch("all")
        yield client


@pytest.fixture
def person(qtbot: QtBot, qapp: Qt.QApplication, dog: SciDogClient) -> Iterator[Person]:
    dress(qapp)
    window = SciDogWindow(dog.device, "cleo@here", period_s=0.1)
    qtbot.addWidget(window)
    window.show()
    person = Person(qtbot, window)
    person.sees(Column.NAME, "Ring current", "Pressure")
    yield person
    window.close()


@pytest.fixture
def far_server(tango_db: TangoDatabase, own_folder: RunFolder, tmp_path: Path) -> Iterator[DeviceServer]:
    """A SciDog server of its own, to be frozen: here it only plays a device with attributes."""
    device = Device("test/far/1", "SciDog", {"Beamline": "demo", "Store": str(tmp_path / "store")})
    server = DeviceServer(own_folder, tango_db.address, "far", "SciDog", [device], f"far{next(NUMBERS)}")
    yield from serving(server)


def test_the_active_selection_is_shown_with_live_values_units_and_alarms(person: Person) -> None:
    table = person.window.table
    person.sees_values(Tone.GOOD, Tone.WARNING)
    assert 399 <= float(table.index(0, Column.VALUE).data()) <= 401
    assert "(ALARM)" in table.index(1, Column.VALUE).data()
    assert person.rows(Column.UNIT) == ["mA", "mbar"]
    assert person.window.header.badge.text() == "● active"


def test_an_attribute_out_of_the_tango_database_is_added_and_saved(person: Person, dog: SciDogClient) -> None:
    devices, tree = person.window.panel.devices, person.window.tree
    person.waits(lambda: tree.rowCount() > 0)
    person.qtbot.keyClicks(devices.search, "sim slit")
    slit = tree.index(0, 0, tree.index(0, 0, tree.index(0, 0)))
    devices.view.expand(slit)
    person.waits(lambda: tree.rowCount(slit) > 1)
    devices.view.setCurrentIndex(tree.index(0, 0, slit))
    assert person.window.panel.form.fields["name"].text() == "Position"
    person.types("group", "Slits")
    person.types("name", "a slit1 h")
    person.clicks(person.window.panel.form.done)

    person.sees(Column.NAME, "Ring current", "Pressure", "a slit1 h")
    person.reads(person.window.notices.unsaved, "Not saved yet: 1 added")
    assert "*" in person.window.windowTitle()
    person.saves("slit added")

    person.reads(person.window.notices.message, "saved as revision 2 of “all”")
    saved = dog.get("all")
    assert saved.entries[-1] == Entry(
        group="Slits", name="a slit1 h", device="demo/sim/slit-01", attribute="position"
    )
    assert (saved.author, saved.comment) == ("cleo@here", "slit added")
    assert not person.window.notices.unsaved.isVisible()


def test_a_device_that_is_registered_later_is_found_after_reloading(
    person: Person, tango_db: TangoDatabase
) -> None:
    devices, tree = person.window.panel.devices, person.window.tree
    person.waits(lambda: tree.rowCount() > 0)
    register(connect(tango_db.address), "Later/1", Device("test/later/1", "Later"))
    person.clicks(devices.reload)
    person.qtbot.keyClicks(devices.search, "later")
    person.waits(lambda: devices.found.text() == "1 device found")


def test_an_entry_is_edited_and_saved(person: Person, dog: SciDogClient) -> None:
    person.clicks_cell(1, Column.EDIT)
    person.types("name", "Pressure EA01")
    person.types("unit", "Torr")
    person.clicks(person.window.panel.form.done)
    person.sees(Column.NAME, "Ring current", "Pressure EA01")
    person.saves()
    person.reads(person.window.notices.message, "saved as revision 2")
    assert (dog.get("all").entries[1].name, dog.get("all").entries[1].unit) == ("Pressure EA01", "Torr")


def test_what_is_wrong_in_the_form_is_told_at_its_field(person: Person) -> None:
    person.types("device", "demo/sim")
    person.clicks(person.window.panel.form.done)
    wrong = person.window.panel.form.wrong
    assert wrong["name"].text() == "is missing"
    assert "is not a Tango device name" in wrong["device"].text()
    assert person.rows(Column.NAME) == ["Ring current", "Pressure"]


def test_an_entry_is_removed_and_the_change_dropped(person: Person, dog: SciDogClient) -> None:
    person.clicks_cell(0, Column.DELETE)
    person.sees(Column.NAME, "Pressure")
    person.answers(person.window.notices.unsaved, "Drop changes")
    person.sees(Column.NAME, "Ring current", "Pressure")
    assert dog.get("all").revision == 1


def test_another_selection_is_shown_and_made_active(person: Person, dog: SciDogClient) -> None:
    person.chooses("small")
    person.sees(Column.NAME, "Ring current")
    assert person.window.header.badge.text() == "not active"
    person.clicks(person.window.header.activate)
    person.reads(person.window.notices.message, "“small” is the active selection now")
    person.waits(lambda: person.window.header.badge.text() == "● active")
    assert dog.active_name() == "small"


def test_a_selection_is_saved_under_another_name(person: Person, dog: SciDogClient) -> None:
    person.clicks(person.window.header.save_as)
    person.window.question.name.setText("copy")
    person.clicks(person.window.question.ok)
    person.reads(person.window.notices.message, "saved as revision 1 of “copy”")
    assert dog.get("copy").entries == ALL.entries
    assert person.window.header.choice.currentData() == "copy"


def test_a_new_selection_is_begun_filled_and_saved(person: Person, dog: SciDogClient) -> None:
    person.clicks(person.window.header.new)
    person.window.question.name.setText("xps")
    person.clicks(person.window.question.ok)
    person.sees(Column.NAME)
    person.reads(person.window.notices.message, "“xps” is new: add attributes, then save")
    for field, text in {"name": "Valve", "device": "demo/sim/valve-01", "attribute": "position"}.items():
        person.types(field, text)
    person.clicks(person.window.panel.form.done)
    person.sees(Column.VALUE, "OPEN")
    person.saves()
    person.reads(person.window.notices.message, "saved as revision 1 of “xps”")
    assert dog.names() == ["all", "small", "xps"]


def test_a_store_that_is_away_is_told_and_nothing_is_lost(person: Person, run_folder: RunFolder) -> None:
    store = run_folder.path / f"store-{person.window.windowTitle().rsplit('/', 1)[1]}"
    person.clicks_cell(0, Column.DELETE)
    elsewhere = store.rename(store.with_name(f"{store.name}-elsewhere"))
    store.write_text("a file where the folder was")
    person.reads(person.window.notices.trouble, "showing the last good copy")
    person.saves()
    person.reads(person.window.notices.message, f"folder {store}: ")
    assert person.rows(Column.NAME) == ["Pressure"]
    store.unlink()
    elsewhere.rename(store)
    person.waits(lambda: not person.window.notices.trouble.isVisible())
    person.saves()
    person.reads(person.window.notices.message, "saved as revision 2")


def test_a_selection_is_deleted_after_a_question(person: Person, dog: SciDogClient) -> None:
    person.chooses("small")
    person.sees(Column.NAME, "Ring current")
    person.clicks(person.window.header.delete)
    person.answers(person.window.notices.question, "Delete")
    person.reads(person.window.notices.message, "“small” is deleted")
    person.sees(Column.NAME, "Ring current", "Pressure")
    assert dog.names() == ["all"]


def test_what_somebody_else_saved_meanwhile_is_told_and_can_be_taken(
    person: Person, dog: SciDogClient
) -> None:
    person.clicks_cell(0, Column.DELETE)
    dog.save(dog.get("all").model_copy(update={"entries": (RING,), "author": "bert@there"}))
    others = person.window.notices.others
    person.reads(others, "bert@there saved revision 2 of “all” while you edited revision 1: 1 removed.")
    assert "removed Vacuum / Pressure" in others.text.text()
    person.answers(others, "Take theirs, drop mine")
    person.sees(Column.NAME, "Ring current")
    assert not others.isVisible()


def test_the_history_tells_who_saved_what(person: Person, dog: SciDogClient) -> None:
    dog.save(
        dog.get("all").model_copy(update={"entries": (RING,), "author": "bert@there", "comment": "less"})
    )
    person.clicks(person.window.header.history)
    person.waits(lambda: hasattr(person.window, "history"))
    table = person.window.history.table
    assert [table.item(0, column).text() for column in (0, 2, 4, 5)] == [
        "2",
        "bert@there",
        "1 removed",
        "less",
    ]


def test_a_dead_device_is_told_with_its_reason_beside_the_values_of_the_others(
    person: Person, dog: SciDogClient
) -> None:
    dog.save(dog.get("all").model_copy(update={"entries": (DEAD, RING)}))
    person.sees(Column.NAME, "Dead", "Ring current")
    below = person.window.selection.failures
    person.sees_values(Tone.BAD, Tone.GOOD)
    assert below.isVisible()
    assert below.text().startswith("1 of 2 could not be read:\nDead: ")


def test_a_frozen_device_never_stops_the_window(
    far_server: DeviceServer, person: Person, dog: SciDogClient
) -> None:
    far = Entry(name="Far", device="test/far/1", attribute="storeage")
    dog.save(dog.get("all").model_copy(update={"entries": (RING, far)}))
    heart = Heart()
    person.sees(Column.NAME, "Ring current", "Far")
    person.sees_values(Tone.GOOD, Tone.GOOD)
    assert far_server.pid
    freeze(far_server.pid)
    heart.start()
    person.sees_values(Tone.GOOD, Tone.BAD)

    devices, tree = person.window.panel.devices, person.window.tree
    person.waits(lambda: tree.rowCount() > 0)
    devices.search.setText("test far")
    branch = tree.index(0, 0, tree.index(0, 0, tree.index(0, 0)))
    devices.view.expand(branch)
    person.waits(lambda: tree.rowCount(branch) == 1)
    person.waits(lambda: "does not answer" in tree.index(0, 0, branch).data())
    assert heart.longest_ms < LONGEST_GAP_MS

    os.kill(far_server.pid, signal.SIGCONT)
    person.sees_values(Tone.GOOD, Tone.GOOD)


def test_without_scidog_the_window_says_so_and_keeps_what_is_not_saved(
    qtbot: QtBot, qapp: Qt.QApplication, far_server: DeviceServer
) -> None:
    client = SciDogClient("test/far/1")
    client.save(ALL)
    client.switch("all")
    window, heart = SciDogWindow("test/far/1", "cleo@here", period_s=0.1), Heart()
    qtbot.addWidget(window)
    window.show()
    person = Person(qtbot, window)
    person.sees(Column.NAME, "Ring current", "Pressure")
    person.clicks_cell(0, Column.DELETE)
    assert far_server.pid
    freeze(far_server.pid)
    heart.start()
    person.waits(lambda: window.notices.trouble.isVisible())
    assert "test/far/1 does not answer" in window.notices.trouble.text.text()
    assert not window.header.save.isEnabled()
    os.kill(far_server.pid, signal.SIGCONT)
    person.waits(lambda: not window.notices.trouble.isVisible())
    assert person.rows(Column.NAME) == ["Pressure"]
    assert heart.longest_ms < LONGEST_GAP_MS
    person.saves()
    person.reads(window.notices.message, "saved as revision 2")
    window.close()
