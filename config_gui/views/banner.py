"""A strip that tells something and offers what can be done about it."""

from collections.abc import Callable

from taurus.external.qt import Qt

from config_gui.views.style import button, label, restyle

Action = tuple[str, Callable[[], None]]


class Banner(Qt.QFrame):
    """Hidden while there is nothing to tell."""

    def __init__(self, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label("", wrap=True)
        self.text.setTextInteractionFlags(Qt.Qt.TextSelectableByMouse)
        self.buttons: list[Qt.QPushButton] = []
        self._row = Qt.QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 8, 6)
        self._row.addWidget(self.text, 1)
        self._told: tuple[str, str, tuple[str, ...]] | None = None
        self.hide()

    def tell(self, text: str, kind: str = "note", *actions: Action) -> None:
        """Show a text with buttons; an empty one hides the strip. Kinds: good, note, warning, bad."""
        told = (text, kind, tuple(name for name, _ in actions))
        if told == self._told:
            return
        self._told = told
        self.text.setText(text)
        restyle(self, kind)
        self._offer(actions)
        self.setVisible(bool(text))

    def _offer(self, actions: tuple[Action, ...]) -> None:
        for old in self.buttons:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = [button(name, act) for name, act in actions]
        for made in self.buttons:
            self._row.addWidget(made)
