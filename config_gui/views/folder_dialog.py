"""``Browse…``: what lies below the session's path, and a folder of it taken as the sample."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from taurus.external.qt import Qt

from config_gui.models.background import Outcome, Then
from config_gui.models.folders import Entry, list_folder
from config_gui.views.style import button, label

TITLES = ("Name", "Size", "Changed")
PathRole = Qt.Qt.UserRole + 1


class FolderDialog(Qt.QDialog):
    """A tree whose branches are read in the background: a storage that hangs stops nobody.

    Parameters
    ----------
    path
        Raw folder of the session.
    run
        Runs a function in the background and hands back its outcome.
    chosen
        Called with the folder below ``path`` that shall be the sample.
    """

    def __init__(
        self,
        path: str,
        run: Callable[[Callable[[], Any], Then], None],
        chosen: Callable[[str], None],
        parent: Qt.QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(path)
        self.setAttribute(Qt.Qt.WA_DeleteOnClose)
        self._path, self._run, self._chosen = Path(path), run, chosen
        self._is_closed = False
        self.tree = self._make_tree()
        self.take = button("Use as sample", self._take, primary=True)
        self.take.setEnabled(False)
        row = Qt.QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button("Close", self.reject))
        row.addWidget(self.take)
        layout = Qt.QVBoxLayout(self)
        layout.addWidget(label(path, "quiet", wrap=True))
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        self.resize(560, 380)
        self.finished.connect(self._close)
        self._load(self.tree.invisibleRootItem(), self._path)

    def _make_tree(self) -> Qt.QTreeWidget:
        tree = Qt.QTreeWidget()
        tree.setHeaderLabels(TITLES)
        tree.header().setSectionResizeMode(Qt.QHeaderView.ResizeToContents)
        tree.header().setSectionResizeMode(0, Qt.QHeaderView.Stretch)
        tree.header().setStretchLastSection(False)
        tree.itemExpanded.connect(self._expanded)
        tree.currentItemChanged.connect(lambda item, _: self.take.setEnabled(_path_of(item) is not None))
        return tree

    def _expanded(self, item: Qt.QTreeWidgetItem) -> None:
        path = _path_of(item)
        if path is not None:
            self._load(item, path)

    def _load(self, item: Qt.QTreeWidgetItem, path: Path) -> None:
        item.takeChildren()
        item.addChild(Qt.QTreeWidgetItem([f"looking into {path.name} …"]))
        self._run(lambda: list_folder(path), lambda outcome: self._show(item, path, outcome))

    def _show(self, item: Qt.QTreeWidgetItem, path: Path, outcome: Outcome) -> None:
        if self._is_closed:
            return
        item.takeChildren()
        if outcome.error is not None:
            reason = getattr(outcome.error, "strerror", None) or str(outcome.error)
            item.addChild(Qt.QTreeWidgetItem([f"{path} cannot be shown on this computer: {reason}"]))
            return
        entries: list[Entry] = outcome.result
        item.addChildren([_item(entry, path) for entry in entries] or [Qt.QTreeWidgetItem(["(empty)"])])

    def _take(self) -> None:
        path = _path_of(self.tree.currentItem())
        if path is not None:
            self._chosen(str(path.relative_to(self._path)))
            self.accept()

    def _close(self, _result: int) -> None:
        self._is_closed = True


def _item(entry: Entry, above: Path) -> Qt.QTreeWidgetItem:
    size = "" if entry.size is None else f"{entry.size:,}"
    item = Qt.QTreeWidgetItem([entry.name, size, f"{entry.changed_at.astimezone():%Y-%m-%d %H:%M}"])
    if entry.is_folder:
        item.setData(0, PathRole, above / entry.name)
        item.setChildIndicatorPolicy(Qt.QTreeWidgetItem.ShowIndicator)
    return item


def _path_of(item: Qt.QTreeWidgetItem | None) -> Path | None:
    path: Path | None = item.data(0, PathRole) if item is not None else None
    return path
