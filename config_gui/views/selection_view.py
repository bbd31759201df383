"""The table of the selection under edit, and below it everything that could not be read."""

from taurus.external.qt import Qt

from config_gui.models.columns import Column
from config_gui.models.selection_table import SelectionTable
from config_gui.views.entry_table import EntryTable
from config_gui.views.style import label
from scidog.diff import label as label_of

MOST_FAILURES = 4


class SelectionView(Qt.QWidget):
    """Shows the table model; tells which row somebody wants to edit or delete."""

    edit_asked = Qt.pyqtSignal(int)
    delete_asked = Qt.pyqtSignal(int)

    def __init__(self, table: SelectionTable, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.view = EntryTable(table)
        self.view.clicked.connect(self._clicked)
        self.view.doubleClicked.connect(lambda index: self.edit_asked.emit(index.row()))
        self.failures = label("", "wrong", wrap=True)
        self.failures.setTextInteractionFlags(Qt.Qt.TextSelectableByMouse)
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.failures)
        table.dataChanged.connect(self._tell_failures)
        table.modelReset.connect(self._tell_failures)
        self._tell_failures()

    def _clicked(self, index: Qt.QModelIndex) -> None:
        if index.column() == Column.EDIT:
            self.edit_asked.emit(index.row())
        elif index.column() == Column.DELETE:
            self.delete_asked.emit(index.row())

    def _tell_failures(self) -> None:
        failed = self._table.failures()
        self.view.give_room(failed)
        count, rows = len(failed), self._table.rowCount()
        lines = [f"{label_of(trial.entry)}: {trial.failure}" for trial in failed[:MOST_FAILURES]]
        if count > MOST_FAILURES:
            lines.append(f"and {count - MOST_FAILURES} more")
        self.failures.setText("\n".join([f"{count} of {rows} could not be read:", *lines]) if failed else "")
        self.failures.setVisible(bool(failed))
