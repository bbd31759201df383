"""What the device refuses, and a field for the reason to do it all the same."""

from taurus.external.qt import Qt

from config_gui.models.session_editor import SessionEditor
from config_gui.views.style import button, label


class ReasonStrip(Qt.QFrame):
    """Hidden while nothing is refused that a reason would let pass; the reason is kept in the history."""

    def __init__(self, editor: SessionEditor, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("warning")
        self._editor = editor
        self.text = label("", wrap=True)
        self.reason = Qt.QLineEdit()
        self.reason.setPlaceholderText("reason, kept in the history with your name as claimed")
        self.reason.setMaxLength(500)
        self.do = button("Do it all the same", self._do)
        self.leave = button("Leave it", editor.give_up)
        self.reason.textChanged.connect(lambda text: self.do.setEnabled(bool(text.strip())))
        row = Qt.QHBoxLayout()
        for widget, stretch in ((self.reason, 1), (self.do, 0), (self.leave, 0)):
            row.addWidget(widget, stretch)
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addWidget(self.text)
        layout.addLayout(row)

    def refresh(self) -> None:
        """Show the state of the editor."""
        refusal = self._editor.refusal
        if refusal is None:
            self.reason.clear()
            self.do.setEnabled(False)
        else:
            self.text.setText(refusal.text)
        self.setVisible(refusal is not None)

    def _do(self) -> None:
        if self._editor.refusal is not None:
            self._editor.refusal.again(self.reason.text().strip())
