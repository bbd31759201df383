"""A field that is typed into, or filled out of a drop-down."""

from collections.abc import Sequence

from taurus.external.qt import Qt

from config_gui.views.style import restyle
from pathfixer.choices import Option


class ChoiceField(Qt.QComboBox):
    """Shows the value alone; its drop-down shows the words beside each value too."""

    edited = Qt.pyqtSignal(str)

    def __init__(self, hint: str, is_free: bool = True, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: list[Option] | None = None
        self.setEditable(is_free)
        self.setSizePolicy(Qt.QSizePolicy.Expanding, Qt.QSizePolicy.Fixed)
        self.setFocusPolicy(Qt.Qt.StrongFocus)
        if is_free:
            self.setInsertPolicy(Qt.QComboBox.NoInsert)
            self.setCompleter(None)
            self.lineEdit().setPlaceholderText(hint)
            self.lineEdit().textEdited.connect(self.edited)
        self.activated.connect(self._choose)

    def offer(self, options: Sequence[Option]) -> None:
        """Fill the drop-down; while it is open it is left alone."""
        wanted = list(options)
        if wanted == self._offered or self.view().isVisible():
            return
        self._offered = wanted
        value = self.value()
        self.clear()
        for option in wanted:
            self.addItem(f"{option.value}  {option.text}".strip(), option.value)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        self.show_value(value)

    def show_value(self, value: str) -> None:
        """Show a value, offered or not; does not count as edited."""
        row = self.findData(value)
        if self.currentIndex() != row:
            self.setCurrentIndex(row)
        if self.isEditable() and self.lineEdit().text() != value:
            self.lineEdit().setText(value)

    def value(self) -> str:
        """Return what is set."""
        return str(self.lineEdit().text() if self.isEditable() else self.currentData() or "")

    def mark(self, is_pending: bool) -> None:
        """Show whether the value waits to be opened."""
        restyle(self, "pending" if is_pending else "")

    def wheelEvent(self, event: Qt.QWheelEvent) -> None:
        """Leave the wheel to whatever is scrolled: a session is not chosen by accident."""
        event.ignore()

    def _choose(self, row: int) -> None:
        value = str(self.itemData(row))
        if self.isEditable():
            self.lineEdit().setText(value)
        self.edited.emit(value)
