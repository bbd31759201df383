"""The line that says where the data goes, or in plain sight that there is none."""

from taurus.external.qt import Qt

from config_gui.models.session_editor import SessionEditor
from config_gui.views.style import label

NO_SESSION = "NO SESSION, NO DATA"


class PathLine(Qt.QWidget):
    """The path of the session; without one a notice nobody can miss."""

    def __init__(self, editor: SessionEditor, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.path = Qt.QLineEdit()
        self.path.setReadOnly(True)
        self.path.setObjectName("path")
        self.notice = label(NO_SESSION, "nosession")
        self.notice.setAlignment(Qt.Qt.AlignCenter)
        self.unowned = label("", "quiet", wrap=True)
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.path, self.notice, self.unowned):
            layout.addWidget(widget)

    def refresh(self) -> None:
        """Show the editor's state."""
        editor, session = self._editor, self._editor.session
        path = session.sample_path if session and editor.is_open else ""
        if self.path.text() != path:
            self.path.setText(path)
            self.path.setToolTip(path)
        self.path.setVisible(editor.is_open or session is None)
        self.path.setEnabled(not editor.news.trouble)
        is_closed = session is not None and not editor.is_open
        self.notice.setVisible(is_closed)
        self.unowned.setVisible(is_closed and bool(session and session.unowned_path))
        if session:
            self.unowned.setText(f"Scans go to {session.unowned_path} and are booked on nobody.")
