"""The devices of the Tango database as a tree: domain, family, member, attribute.

TaurusDbTreeWidget blocks the window for 5 s when it is expanded (measured); here the attributes of
a device are asked for in the background, when its branch is opened.
"""

from collections.abc import Callable, Iterable
from typing import Any

from taurus.external.qt import Qt

from config_gui.models.background import Outcome, Then
from config_gui.models.selection_table import ToneRole
from config_gui.models.shown import Shown, Tone
from config_gui.models.tango_names import AttributeName, attributes_of, failure_shown, matching
from config_gui.models.tree_node import Node

NOWHERE = Qt.QModelIndex()
AttributeRole = Qt.Qt.UserRole + 10

Run = Callable[[Callable[[], Any], Then], None]


class DeviceTree(Qt.QAbstractItemModel):
    """Tree of the devices that match what is searched for.

    Parameters
    ----------
    run
        Runs a function in the background and hands back its outcome.
    ask
        Returns the attributes of a device; may wait, raises NoNamesError.
    """

    def __init__(
        self,
        run: Run,
        parent: Qt.QObject | None = None,
        ask: Callable[[str], list[AttributeName]] = attributes_of,
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._run = run
        self._devices: list[str] = []
        self._words = ""
        self._root = Node(Shown(""))

    def set_devices(self, devices: Iterable[str]) -> None:
        """Show these devices; what was loaded below them is asked for again when opened."""
        self._devices = list(devices)
        self._rebuild()

    def search(self, words: str) -> int:
        """Show only devices whose names hold all these words; return how many."""
        self._words = words
        return self._rebuild()

    def index(self, row: int, column: int, parent: Qt.QModelIndex = NOWHERE) -> Qt.QModelIndex:
        """Return the index of a child."""
        children = self._node(parent).children
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else NOWHERE

    def parent(self, index: Qt.QModelIndex = NOWHERE) -> Qt.QModelIndex:
        """Return the index of the parent."""
        node = self._node(index).parent
        return NOWHERE if node is None or node is self._root else self._index_of(node)

    def rowCount(self, parent: Qt.QModelIndex = NOWHERE) -> int:
        """Return the number of children that are known."""
        return len(self._node(parent).children)

    def columnCount(self, parent: Qt.QModelIndex = NOWHERE) -> int:
        """Return one: there is only the name."""
        return 1

    def hasChildren(self, parent: Qt.QModelIndex = NOWHERE) -> bool:
        """Tell whether it can be opened."""
        node = self._node(parent)
        return bool(node.children or node.device)

    def canFetchMore(self, parent: Qt.QModelIndex) -> bool:
        """Tell whether the attributes of this device have not been asked for."""
        node = self._node(parent)
        return bool(node.device) and not node.children

    def fetchMore(self, parent: Qt.QModelIndex) -> None:
        """Ask a device for its attributes in the background."""
        node = self._node(parent)
        self._put_below(node, [Node(Shown("asking …", Tone.WAITING), node)])
        self._run(lambda: self._ask(node.device), lambda outcome: self._take(node, outcome))

    def data(self, index: Qt.QModelIndex, role: int = Qt.Qt.DisplayRole) -> Any:
        """Return text, tone or attribute of a node."""
        node = self._node(index)
        return {
            Qt.Qt.DisplayRole: node.shown.text,
            Qt.Qt.ToolTipRole: node.shown.story,
            ToneRole: node.shown.tone,
            AttributeRole: node.attribute,
        }.get(role)

    def _take(self, device: Node, outcome: Outcome) -> None:
        if device.root() is not self._root:
            return  # another search has replaced this branch meanwhile
        if outcome.error is not None:
            self._put_below(device, [Node(failure_shown(str(outcome.error)), device)])
            return
        found: list[AttributeName] = outcome.result
        self._put_below(device, [_attribute_node(name, device) for name in found])

    def _put_below(self, node: Node, children: list[Node]) -> None:
        index = self._index_of(node)
        if node.children:
            self.beginRemoveRows(index, 0, len(node.children) - 1)
            node.children = []
            self.endRemoveRows()
        if children:
            self.beginInsertRows(index, 0, len(children) - 1)
            node.children = children
            self.endInsertRows()

    def _rebuild(self) -> int:
        found = matching(self._devices, self._words)
        self.beginResetModel()
        self._root = Node(Shown(""))
        for device in found:
            self._root.add_device(device)
        self.endResetModel()
        return len(found)

    def _node(self, index: Qt.QModelIndex) -> Node:
        node: Node = index.internalPointer() if index.isValid() else self._root
        return node

    def _index_of(self, node: Node) -> Qt.QModelIndex:
        return NOWHERE if node.parent is None else self.createIndex(node.row(), 0, node)


def _attribute_node(name: AttributeName, device: Node) -> Node:
    text = f"{name.name}  [{name.unit}]" if name.unit else name.name
    story = f"{name.device}/{name.name}\n{name.label}"
    return Node(Shown(text, Tone.GOOD, story), device, attribute=name)
