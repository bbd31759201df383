"""The panel at the right: an attribute out of the Tango database, and the form for it."""

from collections.abc import Callable

from taurus.external.qt import Qt

from config_gui.models.background import Outcome
from config_gui.models.device_tree import DeviceTree
from config_gui.views.device_tree_view import DeviceTreeView
from config_gui.views.entry_form import EntryForm
from config_gui.views.style import card, label
from scifish.selection import Entry

NARROWEST = 290
"""In pixels."""


class EntryPanel(Qt.QWidget):
    """``Add metadata``, or ``Edit metadata`` while an entry that is there is edited."""

    def __init__(self, tree: DeviceTree, submit: Callable[[Entry, int | None], bool]) -> None:
        super().__init__()
        self._submit = submit
        self.setMinimumWidth(NARROWEST)
        self.heading = label("Add metadata", "heading")
        self.devices = DeviceTreeView(tree)
        self.form = EntryForm(self._handed_over)
        self.form.cancel.clicked.connect(self._adding)
        self.devices.attribute_chosen.connect(self.form.choose)
        frame, inside = card()
        for widget, stretch in ((self.heading, 0), (self.devices, 1), (self.form, 0)):
            inside.addWidget(widget, stretch)
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def edit(self, row: int, entry: Entry) -> None:
        """Show an entry that is there."""
        self.heading.setText(f"Edit metadata: {entry.name}")
        self.form.edit(row, entry)

    def take_devices(self, outcome: Outcome) -> None:
        """Show the devices of the database, or why there are none."""
        if outcome.error is not None:
            self.devices.tell(str(outcome.error))
        else:
            self.devices.set_devices(outcome.result)

    def _handed_over(self, entry: Entry, row: int | None) -> bool:
        accepted = self._submit(entry, row)
        if accepted:
            self._adding()
        return accepted

    def _adding(self) -> None:
        self.heading.setText("Add metadata")
