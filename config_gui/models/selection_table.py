"""The draft as a table model: one row per entry, with its live value."""

from typing import Any

from taurus.external.qt import Qt

from config_gui.models.columns import TITLES, Column
from config_gui.models.draft import Draft
from config_gui.models.shown import Shown, Tone, mapping_text, show_unit, show_value
from scidog.trial import Trial
from scifish.selection import Entry, Selection

ToneRole = Qt.Qt.UserRole + 1
MarkRole = Qt.Qt.UserRole + 2
NOWHERE = Qt.QModelIndex()

STORIES = {Column.EDIT: "edit this entry", Column.DELETE: "take this entry out"}

Key = tuple[str | None, str, str]


class SelectionTable(Qt.QAbstractTableModel):
    """Rows follow the draft; values come in whenever they have been read."""

    def __init__(self, parent: Qt.QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = Draft(Selection(name="nothing"))
        self._entries: tuple[Entry, ...] = ()
        self._marks: list[str] = []
        self._trials: dict[Key, Trial] = {}

    def set_draft(self, draft: Draft) -> None:
        """Show a draft; rows are kept where they are when only marks changed."""
        marks = draft.marks()
        if draft.entries == self._entries:
            self._draft, self._marks = draft, marks
            self._refresh()
            return
        self.beginResetModel()
        self._draft, self._entries, self._marks = draft, draft.entries, marks
        self.endResetModel()

    def set_values(self, trials: list[Trial]) -> None:
        """Show what was read; older values of entries that are still there are replaced."""
        self._trials = {_key(trial.entry): trial for trial in trials}
        self._refresh()

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries, one per row."""
        return self._entries

    def failures(self) -> list[Trial]:
        """Return what could not be read, in the order of the rows."""
        found = (self._trials.get(_key(entry)) for entry in self._entries)
        return [trial for trial in found if trial is not None and trial.failure]

    def rowCount(self, parent: Qt.QModelIndex = NOWHERE) -> int:
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Qt.QModelIndex = NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: int, role: int = Qt.Qt.DisplayRole) -> Any:
        """Return the titles."""
        if orientation == Qt.Qt.Horizontal and role == Qt.Qt.DisplayRole:
            return TITLES[Column(section)]
        return None

    def data(self, index: Qt.QModelIndex, role: int = Qt.Qt.DisplayRole) -> Any:
        """Return text, tone, mark or story of a cell."""
        if role == MarkRole:
            return self._marks[index.row()]
        if role in (Qt.Qt.DisplayRole, Qt.Qt.ToolTipRole, ToneRole):
            shown = self._shown(self._entries[index.row()], Column(index.column()))
            return {Qt.Qt.DisplayRole: shown.text, ToneRole: shown.tone}.get(role, shown.story)
        return None

    def _shown(self, entry: Entry, column: Column) -> Shown:
        trial = self._trials.get(_key(entry))
        if column is Column.VALUE:
            return show_value(trial)
        if column is Column.UNIT:
            return show_unit(entry, trial)
        text = {
            Column.GROUP: entry.group or "",
            Column.NAME: entry.name,
            Column.DEVICE: entry.device,
            Column.ATTRIBUTE: entry.attribute,
            Column.MAPPING: mapping_text(entry.mapping),
            Column.EDIT: "✎",
            Column.DELETE: "✕",
        }[column]
        return Shown(text, Tone.GOOD, STORIES.get(column, text))

    def _refresh(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, len(Column) - 1))


def _key(entry: Entry) -> Key:
    return entry.group, entry.name, f"{entry.source} {entry.mapping}"
