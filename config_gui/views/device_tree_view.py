"""The searchable tree of the Tango database."""

from taurus.external.qt import Qt

from config_gui.models.device_tree import AttributeRole, DeviceTree
from config_gui.models.tango_names import AttributeName
from config_gui.views.cell_delegate import ToneDelegate
from config_gui.views.style import button, label

FEW = 30
"""So many devices found are shown with their branches open."""


class DeviceTreeView(Qt.QWidget):
    """A search field over a tree; tells which attribute was chosen."""

    attribute_chosen = Qt.pyqtSignal(object)
    reload_asked = Qt.pyqtSignal()

    def __init__(self, tree: DeviceTree, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = tree
        self.search = self._make_search()
        self.reload = self._make_reload()
        self.view = self._make_view()
        self.found = label("asking the Tango database …", "quiet")
        top = Qt.QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.reload)
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.found)

    def set_devices(self, devices: list[str]) -> None:
        """Show these devices."""
        self._tree.set_devices(devices)
        self._search(self.search.text())

    def tell(self, text: str) -> None:
        """Say a word below the tree."""
        self.found.setText(text)

    def _make_search(self) -> Qt.QLineEdit:
        field = Qt.QLineEdit()
        field.setPlaceholderText("Search devices, e.g. slit 01")
        field.setClearButtonEnabled(True)
        field.textChanged.connect(self._search)
        return field

    def _make_reload(self) -> Qt.QPushButton:
        made = button("⟳", self.reload_asked.emit)
        made.setToolTip("ask the Tango database again")
        made.setFixedWidth(34)
        made.setStyleSheet("padding: 5px 0;")
        return made

    def _make_view(self) -> Qt.QTreeView:
        view = Qt.QTreeView()
        view.setModel(self._tree)
        view.setHeaderHidden(True)
        view.setUniformRowHeights(True)
        view.setItemDelegate(ToneDelegate(view))
        view.selectionModel().currentChanged.connect(self._chosen)
        view.clicked.connect(self._chosen)
        return view

    def _search(self, words: str) -> None:
        count = self._tree.search(words)
        self.tell(f"{count} device{'' if count == 1 else 's'}" + (" found" if words.strip() else ""))
        if count <= FEW and words.strip():
            self._open_to_devices()

    def _open_to_devices(self) -> None:
        for row in range(self._tree.rowCount()):
            domain = self._tree.index(row, 0)
            self.view.expand(domain)
            for family in range(self._tree.rowCount(domain)):
                self.view.expand(self._tree.index(family, 0, domain))

    def _chosen(self, index: Qt.QModelIndex, _previous: Qt.QModelIndex | None = None) -> None:
        attribute: AttributeName | None = index.data(AttributeRole) if index.isValid() else None
        if attribute is not None:
            self.attribute_chosen.emit(attribute)
