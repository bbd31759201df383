"""The head of the window: which selection is shown, whether it is active, and what to do with it."""

from taurus.external.qt import Qt

from config_gui.models.editor import Editor
from config_gui.views.style import button, label, restyle

ACTIVE_MARK = "  ●"


class Header(Qt.QWidget):
    """Shows the editor's state and passes on what is clicked."""

    save_asked = Qt.pyqtSignal()
    save_as_asked = Qt.pyqtSignal()
    new_asked = Qt.pyqtSignal()
    history_asked = Qt.pyqtSignal()
    delete_asked = Qt.pyqtSignal()

    def __init__(self, editor: Editor, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.choice = Qt.QComboBox()
        self.choice.setMinimumWidth(160)
        self.choice.setMinimumHeight(29)
        self.choice.activated.connect(lambda row: editor.show(self.choice.itemData(row)))
        self.badge = label("", "passive")
        self.activate = button("Make active", editor.make_active)
        self.save = button("Save", self.save_asked.emit, primary=True)
        self.save_as = button("Save as …", self.save_as_asked.emit)
        self.new = button("New …", self.new_asked.emit)
        self.history = button("History", self.history_asked.emit)
        self.delete = button("Delete", self.delete_asked.emit)
        row = Qt.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (label("Show configuration:"), self.choice, self.badge, self.activate):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.new, self.history, self.delete, self.save_as, self.save):
            row.addWidget(widget)

    def refresh(self) -> None:
        """Show the editor's state."""
        editor = self._editor
        name, exists = editor.draft.base.name, editor.draft.base.revision > 0
        reachable = editor.news.trouble is None and not editor.busy
        self._list_names(name)
        self.badge.setText("● active" if editor.is_active else "not active")
        restyle(self.badge, "active" if editor.is_active else "passive")
        self.activate.setVisible(not editor.is_active)
        self.activate.setEnabled(reachable and exists)
        self.save.setEnabled(reachable and (editor.draft.is_changed or not exists))
        self.save.setText(editor.busy or "Save")
        self.save_as.setEnabled(reachable)
        self.new.setEnabled(not editor.busy)
        self.history.setEnabled(reachable and exists)
        self.delete.setEnabled(reachable and exists and not editor.is_active)

    def _list_names(self, shown: str) -> None:
        names = list(self._editor.news.names)
        if shown not in names:
            names.append(shown)
        wanted = [(self._titled(name), name) for name in names]
        there = [(self.choice.itemText(row), self.choice.itemData(row)) for row in range(self.choice.count())]
        if wanted != there and not self.choice.view().isVisible():
            self.choice.clear()
            for title, name in wanted:
                self.choice.addItem(title, name)
        self.choice.setCurrentIndex(self.choice.findData(shown))

    def _titled(self, name: str) -> str:
        unsaved = " *" if name == self._editor.draft.base.name and self._editor.draft.is_changed else ""
        return f"{name}{unsaved}{ACTIVE_MARK if name == self._editor.news.active else ''}"
