"""The fields of one entry: to add one, or to edit one that is there."""

from collections.abc import Callable

from taurus.external.qt import Qt

from config_gui.models.form import Form, FormError, from_entry, suggested_name, to_entry
from config_gui.models.tango_names import AttributeName
from config_gui.views.style import button, label
from scifish.selection import Entry

FIELDS = {
    "group": ("Group", "optional"),
    "name": ("Name", "as people call it"),
    "device": ("Device", "domain/family/member"),
    "attribute": ("Attribute", ""),
    "unit": ("Unit", "the attribute's own"),
}


class EntryForm(Qt.QWidget):
    """Asks for an entry; ``submit`` takes it and tells whether it was accepted."""

    def __init__(self, submit: Callable[[Entry, int | None], bool], parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._submit = submit
        self._row: int | None = None
        self.fields: dict[str, Qt.QLineEdit] = {}
        self.wrong: dict[str, Qt.QLabel] = {}
        self._grid = Qt.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        for name, (title, hint) in FIELDS.items():
            self.fields[name] = Qt.QLineEdit()
            self.fields[name].setPlaceholderText(hint)
            self.fields[name].returnPressed.connect(self.submit)
            self._put(name, title, self.fields[name])
        self.mapping = Qt.QPlainTextEdit()
        self.mapping.setPlaceholderText("optional, one per line:\nTrue -> A\nFalse -> B")
        self.mapping.setTabChangesFocus(True)
        self.mapping.setFixedHeight(76)
        self._put("mapping", "Mapping", self.mapping)
        self._add_buttons()
        self.clear()

    def choose(self, attribute: AttributeName) -> None:
        """Take over an attribute from the tree; a name somebody typed stays."""
        old = suggested_name(self.fields["attribute"].text())
        self.fields["device"].setText(attribute.device)
        self.fields["attribute"].setText(attribute.name)
        if self.fields["name"].text() in ("", old):
            self.fields["name"].setText(suggested_name(attribute.name))
        self.fields["unit"].setPlaceholderText(attribute.unit or "none")

    def edit(self, row: int, entry: Entry) -> None:
        """Show an entry that is there, to be replaced."""
        self._show(from_entry(entry), row)
        self.fields["name"].setFocus()

    def clear(self) -> None:
        """Begin a new entry."""
        self._show(Form(), None)

    def submit(self) -> None:
        """Hand over the entry, or show what is wrong with which field."""
        texts = {name: field.text() for name, field in self.fields.items()}
        try:
            entry = to_entry(Form(**texts, mapping=self.mapping.toPlainText()))
        except FormError as error:
            self._show_wrong(error.fields)
            return
        self._show_wrong({})
        if self._submit(entry, self._row):
            self._show(Form(group=texts["group"]) if self._row is None else Form(), None)

    def _put(self, name: str, title: str, field: Qt.QWidget) -> None:
        row = self._grid.rowCount()
        beside = Qt.Qt.AlignVCenter if isinstance(field, Qt.QLineEdit) else Qt.Qt.AlignTop
        self._grid.addWidget(label(title), row, 0, beside)
        self._grid.addWidget(field, row, 1)
        self.wrong[name] = label("", "wrong", wrap=True)
        self._grid.addWidget(self.wrong[name], row + 1, 1)

    def _add_buttons(self) -> None:
        self.done = button("Add", self.submit, primary=True)
        self.cancel = button("Cancel", self.clear)
        row = Qt.QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.done)
        self._grid.addLayout(row, self._grid.rowCount(), 0, 1, 2)

    def _show(self, form: Form, row: int | None) -> None:
        self._row = row
        for name, field in self.fields.items():
            field.setText(getattr(form, name))
        self.fields["unit"].setPlaceholderText(FIELDS["unit"][1])
        self.mapping.setPlainText(form.mapping)
        self.done.setText("Add" if row is None else "Apply")
        self._show_wrong({})

    def _show_wrong(self, texts: dict[str, str]) -> None:
        for name, place in self.wrong.items():
            place.setText(texts.get(name, ""))
            place.setVisible(name in texts)
