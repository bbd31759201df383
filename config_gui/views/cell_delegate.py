"""How the cells of tables and trees are painted: tones, marks of unsaved rows, links."""

from taurus.external.qt import Qt

from config_gui.models.columns import Column
from config_gui.models.selection_table import MarkRole, ToneRole
from config_gui.views.style import ACCENT, BACK_OF, MARK_OF, TEXT_OF

LINKS = {int(Column.EDIT): ACCENT, int(Column.DELETE): "#b42318"}
MARK_WIDTH = 4


class ToneDelegate(Qt.QStyledItemDelegate):
    """Colours a cell by its tone."""

    def initStyleOption(self, option: Qt.QStyleOptionViewItem, index: Qt.QModelIndex) -> None:
        """Set the colours of text and background."""
        super().initStyleOption(option, index)
        tone = index.data(ToneRole)
        if tone in TEXT_OF:
            colour(option, TEXT_OF[tone])

    def paint(self, painter: Qt.QPainter, option: Qt.QStyleOptionViewItem, index: Qt.QModelIndex) -> None:
        """Paint the background, which a style sheet would leave out, and the cell."""
        back = BACK_OF.get(index.data(ToneRole))
        if back and not option.state & Qt.QStyle.State_Selected:
            painter.fillRect(option.rect, Qt.QColor(back))
        super().paint(painter, option, index)


class SelectionDelegate(ToneDelegate):
    """Also shows Edit and Delete as links, and a bar at rows that are not saved yet."""

    def initStyleOption(self, option: Qt.QStyleOptionViewItem, index: Qt.QModelIndex) -> None:
        """Set the colours of text and background."""
        super().initStyleOption(option, index)
        if index.column() in LINKS:
            colour(option, LINKS[index.column()])
            option.displayAlignment = Qt.Qt.AlignCenter
        if index.column() == Column.NAME:
            option.font.setWeight(Qt.QFont.DemiBold)

    def paint(self, painter: Qt.QPainter, option: Qt.QStyleOptionViewItem, index: Qt.QModelIndex) -> None:
        """Paint the cell, and the bar of an unsaved row at its left end."""
        super().paint(painter, option, index)
        mark = index.data(MarkRole)
        if mark and index.column() == 0:
            bar = Qt.QRect(option.rect)
            bar.setWidth(MARK_WIDTH)
            painter.fillRect(bar, Qt.QColor(MARK_OF[mark]))


def colour(option: Qt.QStyleOptionViewItem, text: str) -> None:
    """Set the colour of a cell's text, selected or not."""
    for role in (Qt.QPalette.Text, Qt.QPalette.HighlightedText):
        option.palette.setColor(role, Qt.QColor(text))
