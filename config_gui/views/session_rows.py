"""The rows of PathFixer's panel, as on the slide it follows: label, set value, read value."""

from taurus.external.qt import Qt

from config_gui.models.session_editor import SessionEditor
from config_gui.models.session_fields import HINTS, LABELS, NOT_INITIALISED, NOT_KNOWN, Field, read_values
from config_gui.views.choice_field import ChoiceField
from config_gui.views.style import label, restyle
from pathfixer.choices import Choices, Option

NOW = Option(value="", text="(the one that runs now)")
NO_SAMPLE = Option(value="", text="(none)")


class SessionRows(Qt.QWidget):
    """Shows the editor's state and passes on what is typed and chosen."""

    def __init__(self, editor: SessionEditor, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.fields: dict[Field, ChoiceField] = {}
        self.read: dict[Field, Qt.QLabel] = {}
        self._grid = Qt.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        for field in Field:
            self._add(field)

    def refresh(self) -> None:
        """Show the editor's state."""
        editor = self._editor
        look = editor.news.look
        read = read_values(editor.session, look.sample if look else "")
        offered = _offered(editor.news.choices)
        for field in Field:
            value, shown = editor.values.get(field), read[field] if look else NOT_KNOWN
            self.fields[field].offer(offered[field])
            self.fields[field].show_value(value)
            self.fields[field].mark(editor.is_pending(field))
            self.fields[field].setEnabled(not editor.busy)
            self.read[field].setText(shown)
            quiet = bool(editor.news.trouble) or shown in (NOT_INITIALISED, NOT_KNOWN)
            restyle(self.read[field], "quiet" if quiet else "")

    def _add(self, field: Field) -> None:
        row = self._grid.rowCount()
        made = ChoiceField(HINTS[field], is_free=field is not Field.ENDSTATION)
        made.setToolTip("what shall be: it counts once the session is opened")
        made.edited.connect(lambda text: self._editor.set(field, text))
        self.fields[field] = made
        self.read[field] = label("")
        self.read[field].setToolTip("what is: read from PathFixer")
        self.read[field].setTextInteractionFlags(Qt.Qt.TextSelectableByMouse)
        self._grid.addWidget(label(LABELS[field]), row, 0)
        self._grid.addWidget(made, row, 1)
        self._grid.addWidget(self.read[field], row, 2)


def _offered(choices: Choices) -> dict[Field, list[Option]]:
    return {
        Field.USERNAME: [Option(value=name) for name in choices.usernames],
        Field.PROPOSAL: list(choices.proposals),
        Field.VISIT: [NOW, *choices.visits],
        Field.SAMPLE: [NO_SAMPLE, *(Option(value=name) for name in choices.samples)],
        Field.ENDSTATION: [Option(value=name) for name in choices.endstations],
    }
