"""PathFixer's panel: a Taurus widget, for a window of its own and for any TaurusGui."""

import getpass
from typing import Any

from taurus.external.qt import Qt
from taurus.qt.qtgui.container import TaurusWidget

from config_gui.models.background import Background
from config_gui.models.session_editor import SessionEditor
from config_gui.models.session_fields import Field
from config_gui.models.session_news import SessionDesk, SessionNews
from config_gui.views.folder_dialog import FolderDialog
from config_gui.views.path_line import PathLine
from config_gui.views.session_notices import SessionNotices
from config_gui.views.session_rows import SessionRows
from config_gui.views.style import SHEET, button, label
from pathfixer.choices import Question
from pathfixer.client import PathFixerClient
from scifish.state_folder import host_name

OPEN, SWITCH, SAMPLE = "Open session", "Switch session", "Set sample"


class PathFixerPanel(TaurusWidget):
    """Shows one PathFixer device, and opens and closes its session.

    Its model is the device's Tango name. Taurus itself never touches the device: that would hold
    the window for seconds when the device's process is frozen (measured: 9 to 12 s).

    Parameters
    ----------
    period_s
        Pause between two looks at the device, seconds.
    """

    def __init__(
        self,
        parent: Qt.QWidget | None = None,
        designMode: bool = False,  # noqa: N803 - Taurus's name
        period_s: float = 1.0,
    ) -> None:
        super().__init__(parent, designMode=designMode)
        self._period_s = period_s
        self._device = ""
        self._desk: SessionDesk | None = None
        self.setStyleSheet(SHEET)
        self.background = Background(self)
        self._layout = Qt.QVBoxLayout(self)
        self._inside: Qt.QWidget | None = None
        self._show_device("")

    @classmethod
    def getQtDesignerPluginInfo(cls) -> dict[str, Any]:
        """Tell Qt Designer and TaurusGui where the panel is found."""
        found: dict[str, Any] = TaurusWidget.getQtDesignerPluginInfo()
        return {**found, "module": __name__, "group": "scizoo", "container": False}

    def getModel(self, **_key: object) -> str:
        """Return the Tango name of the device."""
        return self._device

    def setModel(self, model: str | None, **_key: object) -> None:
        """Show another device, or none; returns at once."""
        if (model or "") != self._device:
            self._show_device(model or "")

    def resetModel(self, **_key: object) -> None:
        """Show no device."""
        self.setModel("")

    model = Qt.pyqtProperty("QString", getModel, setModel, resetModel)

    def closeEvent(self, event: Qt.QCloseEvent) -> None:
        """Stop asking; no thread is waited for."""
        self.stop()
        super().closeEvent(event)

    def stop(self) -> None:
        """Ask the device no more; returns at once."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def refresh(self) -> None:
        """Show the state of the editor."""
        editor = self.editor
        for part in (self.rows, self.line, self.notices):
            part.refresh()
        self.open.setText(SAMPLE if editor.is_only_sample else SWITCH if editor.is_open else OPEN)
        self.open.setEnabled(editor.can_open)
        self.discard.setVisible(editor.is_edited)
        self.close_session.setEnabled(editor.is_open and editor.is_reachable)
        self.check.setEnabled(editor.is_reachable)
        self.browse.setEnabled(editor.is_open)

    def _show_device(self, device: str) -> None:
        self.stop()
        self._device = device
        client, who = PathFixerClient(device), f"{getpass.getuser()}@{host_name()}"
        self.editor = SessionEditor(client, self.background.run, who, self.refresh, self._ask_choices)
        self._build()
        self.refresh()
        if device:
            desk = SessionDesk(PathFixerClient(device), lambda news: self._heard(desk, news), self._period_s)
            self._desk = desk
            self.destroyed.connect(desk.close)
            desk.start()

    def _build(self) -> None:
        if self._inside is not None:
            self._layout.removeWidget(self._inside)
            self._inside.deleteLater()
        self.rows, self.line = SessionRows(self.editor), PathLine(self.editor)
        self.notices = SessionNotices(self.editor)
        self._inside = Qt.QWidget()
        inside = Qt.QVBoxLayout(self._inside)
        inside.setContentsMargins(4, 4, 4, 4)
        inside.setSpacing(9)
        for part in (self.rows, self.line):
            inside.addWidget(part)
        inside.addLayout(self._buttons())
        inside.addWidget(self.notices, 1)
        inside.addWidget(label(self._device or "no PathFixer is chosen", "quiet"))
        self._layout.addWidget(self._inside)

    def _buttons(self) -> Qt.QHBoxLayout:
        self.browse = button("Browse...", self._browse)
        self.check = button("Check", self.editor.check)
        self.discard = button("Undo", self.editor.discard)
        self.close_session = button("Close session", self.editor.ask_to_close)
        self.open = button(OPEN, self.editor.open, primary=True)
        self.discard.setToolTip("set again what PathFixer reads")
        row = Qt.QHBoxLayout()
        row.addWidget(self.browse)
        row.addStretch(1)
        for made in (self.check, self.discard, self.close_session, self.open):
            row.addWidget(made)
        return row

    def _browse(self) -> None:
        session = self.editor.session
        if session is not None and session.path:
            self.folders = FolderDialog(session.path, self.background.run, self._take_sample, self)
            self.folders.open()

    def _take_sample(self, sample: str) -> None:
        self.editor.set(Field.SAMPLE, sample)

    def _ask_choices(self, question: Question) -> None:
        if self._desk is not None:
            self._desk.choose(question)
            self._desk.again()

    def _heard(self, desk: SessionDesk, news: SessionNews) -> None:
        self.background.post(lambda: self.editor.take_news(news) if desk is self._desk else None)
