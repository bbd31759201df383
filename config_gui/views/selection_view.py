"""The table of the selection under edit, and below it everything that could not be read."""

from taurus.external.qt import Qt

from config_gui.models.columns import Column
from config_gui.models.selection_table import SelectionTable
from config_gui.views.cell_delegate import SelectionDelegate
from config_gui.views.style import label
from scidog.diff import label as label_of
from scidog.trial import Trial

WIDEST = {
    Column.GROUP: 180,
    Column.NAME: 200,
    Column.DEVICE: 260,
    Column.ATTRIBUTE: 160,
    Column.MAPPING: 275,
}
"""In pixels; the value takes the rest."""
FIXED = {Column.UNIT: 78, Column.EDIT: 40, Column.DELETE: 40}
ROWS_MEASURED = 200
ROW_HEIGHT = 28
MOST_FAILURES = 4
FAILURE_SPAN = Column.MAPPING - Column.VALUE + 1


class SelectionView(Qt.QWidget):
    """Shows the table model; tells which row somebody wants to edit or delete."""

    edit_asked = Qt.pyqtSignal(int)
    delete_asked = Qt.pyqtSignal(int)

    def __init__(self, table: SelectionTable, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.view = self._make_view(table)
        self.failures = label("", "wrong", wrap=True)
        self.failures.setTextInteractionFlags(Qt.Qt.TextSelectableByMouse)
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.failures)
        table.dataChanged.connect(self._tell_failures)
        table.modelReset.connect(self._tell_failures)
        table.modelReset.connect(self._fit_columns)
        self._fit_columns()
        self._tell_failures()

    def _make_view(self, table: SelectionTable) -> Qt.QTableView:
        view = Qt.QTableView()
        view.setModel(table)
        view.setItemDelegate(SelectionDelegate(view))
        view.setSelectionBehavior(Qt.QAbstractItemView.SelectRows)
        view.setSelectionMode(Qt.QAbstractItemView.SingleSelection)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = view.horizontalHeader()
        header.setDefaultAlignment(Qt.Qt.AlignLeft | Qt.Qt.AlignVCenter)
        header.setMinimumSectionSize(40)
        header.setResizeContentsPrecision(ROWS_MEASURED)
        for column, width in FIXED.items():
            view.setColumnWidth(column, width)
        header.setSectionResizeMode(Column.VALUE, Qt.QHeaderView.Stretch)
        view.clicked.connect(self._clicked)
        view.doubleClicked.connect(lambda index: self.edit_asked.emit(index.row()))
        return view

    def _fit_columns(self) -> None:
        for column, widest in WIDEST.items():
            self.view.resizeColumnToContents(column)
            if self.view.columnWidth(column) > widest:
                self.view.setColumnWidth(column, widest)

    def _clicked(self, index: Qt.QModelIndex) -> None:
        if index.column() == Column.EDIT:
            self.edit_asked.emit(index.row())
        elif index.column() == Column.DELETE:
            self.delete_asked.emit(index.row())

    def _give_room(self, failed: list[Trial]) -> None:
        """Let a reason run over unit and mapping, where there is neither."""
        keys = {(trial.entry.group, trial.entry.name) for trial in failed if not trial.entry.mapping}
        for row, entry in enumerate(self._table.entries()):
            wide = FAILURE_SPAN if (entry.group, entry.name) in keys else 1
            if self.view.columnSpan(row, Column.VALUE) != wide:
                self.view.setSpan(row, Column.VALUE, 1, wide)

    def _tell_failures(self) -> None:
        failed = self._table.failures()
        self._give_room(failed)
        count, rows = len(failed), self._table.rowCount()
        lines = [f"{label_of(trial.entry)}: {trial.failure}" for trial in failed[:MOST_FAILURES]]
        if count > MOST_FAILURES:
            lines.append(f"and {count - MOST_FAILURES} more")
        self.failures.setText("\n".join([f"{count} of {rows} could not be read:", *lines]) if failed else "")
        self.failures.setVisible(bool(failed))
