"""Small questions: a name and a comment; never modal loops, so nothing stands still."""

from collections.abc import Callable

from taurus.external.qt import Qt

from config_gui.views.style import button, label
from scidog.history import HistoryLine


class SaveDialog(Qt.QDialog):
    """Asks for a comment, and for a name when the selection is saved as another one."""

    def __init__(
        self, title: str, name: str, done: Callable[[str, str], None], parent: Qt.QWidget, naming: bool
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.Qt.WA_DeleteOnClose)
        self._done = done
        self.name = Qt.QLineEdit(name)
        self.name.setEnabled(naming)
        self.comment = Qt.QLineEdit()
        self.comment.setPlaceholderText("optional: what changed, and why")
        form = Qt.QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Comment", self.comment)
        self.ok = button(title, self.accept_texts, primary=True)
        self.ok.setDefault(True)
        row = Qt.QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button("Cancel", self.reject))
        row.addWidget(self.ok)
        layout = Qt.QVBoxLayout(self)
        layout.addLayout(form)
        layout.addLayout(row)
        self.setMinimumWidth(420)
        (self.name if naming else self.comment).setFocus()

    def accept_texts(self) -> None:
        """Hand over name and comment, and close."""
        name = self.name.text().strip()
        if name:
            self._done(name, self.comment.text().strip())
            self.accept()


class HistoryDialog(Qt.QDialog):
    """Shows who says they saved what, newest first."""

    TITLES = ("Revision", "Saved (UTC)", "By (as claimed)", "From", "What", "Comment")

    def __init__(self, name: str, lines: list[HistoryLine], parent: Qt.QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"History of “{name}”")
        self.setAttribute(Qt.Qt.WA_DeleteOnClose)
        self.table = Qt.QTableWidget(len(lines), len(self.TITLES))
        self.table.setHorizontalHeaderLabels(self.TITLES)
        self.table.horizontalHeader().setDefaultAlignment(Qt.Qt.AlignLeft | Qt.Qt.AlignVCenter)
        self.table.setEditTriggers(Qt.QAbstractItemView.NoEditTriggers)
        self.table.setSelectionMode(Qt.QAbstractItemView.NoSelection)
        self.table.setFocusPolicy(Qt.Qt.NoFocus)
        self.table.verticalHeader().hide()
        for row, line in enumerate(lines):
            for column, text in enumerate(_texts(line)):
                self.table.setItem(row, column, Qt.QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setStretchLastSection(True)
        layout = Qt.QVBoxLayout(self)
        layout.addWidget(label("Names are claims: TANGO knows hosts and processes, not people.", "quiet"))
        layout.addWidget(self.table)
        self.resize(960, 300)


def _texts(line: HistoryLine) -> tuple[str, ...]:
    return (
        str(line.revision),
        f"{line.saved_at:%Y-%m-%d %H:%M:%S}",
        line.author or "",
        line.client or "",
        line.what,
        line.comment or "",
    )
