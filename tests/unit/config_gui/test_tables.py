"""The Qt models, asked as a view would, without a display."""

from collections.abc import Callable
from typing import Any

from taurus.external.qt import Qt

from config_gui.models.background import Outcome, Then
from config_gui.models.columns import Column
from config_gui.models.device_tree import AttributeRole, DeviceTree
from config_gui.models.draft import Draft
from config_gui.models.selection_table import MarkRole, SelectionTable, ToneRole
from config_gui.models.shown import Tone
from config_gui.models.tango_names import AttributeName, NoNamesError
from scidog.trial import Trial
from scifish.selection import Entry, Selection

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")
VALVE = Entry(group="Vacuum", name="Valve", device="b1/vac/valve", attribute="pos", mapping={"4": "in"})
DEVICES = ["b107a/opt/slit-01", "b107a/opt/slit-02", "b107a/vac/valve-01", "r1/dia/ring"]


def row_of(table: SelectionTable, row: int) -> list[str]:
    return [
        table.index(row, column).data()
        for column in (Column.GROUP, Column.NAME, Column.VALUE, Column.MAPPING)
    ]


def test_the_table_has_one_row_per_entry_and_values_come_later() -> None:
    table = SelectionTable()
    table.set_draft(Draft(Selection(name="all", entries=(RING, VALVE))))
    assert row_of(table, 1) == ["Vacuum", "Valve", "reading …", "4 → in"]
    table.set_values([Trial(entry=RING, failure="dead"), Trial(entry=VALVE, value="in", raw=4)])
    assert row_of(table, 0) == ["", "Ring current", "✗ dead", ""]
    assert row_of(table, 1) == ["Vacuum", "Valve", "in", "4 → in"]
    assert table.index(0, Column.VALUE).data(ToneRole) is Tone.BAD
    assert [trial.failure for trial in table.failures()] == ["dead"]


def test_a_row_that_is_not_saved_is_marked() -> None:
    table, draft = SelectionTable(), Draft(Selection(name="all", entries=(RING,)))
    draft.add(VALVE)
    table.set_draft(draft)
    assert [table.index(row, 0).data(MarkRole) for row in range(2)] == ["", "added"]


def test_values_alone_do_not_disturb_what_is_selected() -> None:
    table, resets = SelectionTable(), []
    draft = Draft(Selection(name="all", entries=(RING,)))
    table.set_draft(draft)
    table.modelReset.connect(lambda: resets.append(1))
    table.set_values([Trial(entry=RING, value=1.0)])
    table.set_draft(draft)
    assert resets == []


class Tree:
    """A device tree whose questions are answered when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Callable[[], Any], Then]] = []
        self.model = DeviceTree(lambda function, then: self.asked.append((function, then)), ask=self._ask)
        self.model.set_devices(DEVICES)

    def at(self, *rows: int) -> Qt.QModelIndex:
        index = Qt.QModelIndex()
        for row in rows:
            index = self.model.index(row, 0, index)
        return index

    def texts(self, *rows: int) -> list[str]:
        parent = self.at(*rows)
        return [self.model.index(row, 0, parent).data() for row in range(self.model.rowCount(parent))]

    def answer(self) -> None:
        function, then = self.asked.pop()
        try:
            then(Outcome(result=function()))
        except NoNamesError as error:
            then(Outcome(error=error))

    def _ask(self, device: str) -> list[AttributeName]:
        if device.endswith("02"):
            raise NoNamesError("does not answer: not exported")
        return [AttributeName(device, "position", "um"), AttributeName(device, "state")]


def test_devices_stand_below_domain_and_family() -> None:
    tree = Tree()
    assert tree.texts() == ["b107a", "r1"]
    assert tree.texts(0) == ["opt", "vac"]
    assert tree.texts(0, 0) == ["slit-01", "slit-02"]
    assert tree.asked == []


def test_attributes_are_asked_for_in_the_background_when_a_device_is_opened() -> None:
    tree = Tree()
    slit = tree.at(0, 0, 0)
    assert tree.model.canFetchMore(slit)
    tree.model.fetchMore(slit)
    assert tree.texts(0, 0, 0) == ["asking …"]
    assert not tree.model.canFetchMore(slit)
    tree.answer()
    assert tree.texts(0, 0, 0) == ["position  [um]", "state"]
    assert tree.at(0, 0, 0, 0).data(AttributeRole) == AttributeName("b107a/opt/slit-01", "position", "um")


def test_a_device_that_does_not_answer_says_so_in_its_branch() -> None:
    tree = Tree()
    tree.model.fetchMore(tree.at(0, 0, 1))
    tree.answer()
    assert tree.texts(0, 0, 1) == ["✗ does not answer: not exported"]
    assert tree.at(0, 0, 1, 0).data(ToneRole) is Tone.BAD


def test_a_search_keeps_devices_that_hold_all_words() -> None:
    tree = Tree()
    assert tree.model.search("b107a 01") == 2
    assert tree.texts(0) == ["opt", "vac"]
    assert tree.texts(0, 0) == ["slit-01"]
    assert tree.model.search("no such") == 0
    assert tree.texts() == []


def test_an_answer_that_comes_after_another_search_is_dropped() -> None:
    tree = Tree()
    tree.model.fetchMore(tree.at(0, 0, 0))
    tree.model.search("ring")
    tree.answer()
    assert tree.texts() == ["r1"]
