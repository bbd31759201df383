"""The table view of entries: its columns fit their texts, the value takes the rest."""

from taurus.external.qt import Qt

from config_gui.models.columns import Column
from config_gui.models.selection_table import SelectionTable
from config_gui.views.cell_delegate import SelectionDelegate
from scidog.trial import Trial

WIDEST = {
    Column.GROUP: 180,
    Column.NAME: 200,
    Column.DEVICE: 260,
    Column.ATTRIBUTE: 160,
    Column.MAPPING: 275,
}
FIXED = {Column.UNIT: 78, Column.EDIT: 40, Column.DELETE: 40}
NARROWEST_VALUE = 170
ROW_HEIGHT = 28
ROWS_MEASURED = 200
FAILURE_SPAN = Column.MAPPING - Column.VALUE + 1


class EntryTable(Qt.QTableView):
    """Widths are in pixels."""

    def __init__(self, table: SelectionTable, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.setModel(table)
        self.setItemDelegate(SelectionDelegate(self))
        self.setSelectionBehavior(Qt.QAbstractItemView.SelectRows)
        self.setSelectionMode(Qt.QAbstractItemView.SingleSelection)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(Qt.QAbstractItemView.ScrollPerPixel)
        self._set_headers()
        table.modelReset.connect(self.fit_columns)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Fit every column to its texts, within limits."""
        for column, widest in WIDEST.items():
            self.resizeColumnToContents(column)
            if self.columnWidth(column) > widest:
                self.setColumnWidth(column, widest)
        self._give_value_the_rest()

    def give_room(self, failed: list[Trial]) -> None:
        """Let the reason of a failure run over unit and mapping, where there is neither."""
        keys = {(trial.entry.group, trial.entry.name) for trial in failed if not trial.entry.mapping}
        for row, entry in enumerate(self._table.entries()):
            wide = FAILURE_SPAN if (entry.group, entry.name) in keys else 1
            if self.columnSpan(row, Column.VALUE) != wide:
                self.setSpan(row, Column.VALUE, 1, wide)

    def resizeEvent(self, event: Qt.QResizeEvent) -> None:
        """Let the value take what the window gives."""
        super().resizeEvent(event)
        self._give_value_the_rest()

    def _set_headers(self) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.Qt.AlignLeft | Qt.Qt.AlignVCenter)
        header.setMinimumSectionSize(40)
        header.setResizeContentsPrecision(ROWS_MEASURED)
        for column, width in FIXED.items():
            self.setColumnWidth(column, width)

    def _give_value_the_rest(self) -> None:
        others = sum(self.columnWidth(column) for column in Column if column != Column.VALUE)
        self.setColumnWidth(Column.VALUE, max(NARROWEST_VALUE, self.viewport().width() - others))
