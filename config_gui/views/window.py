"""The window ``scidog``: what is captured with each scan, seen live and changed."""

from taurus.external.qt import Qt

from config_gui.models.background import Background, Outcome
from config_gui.models.device_tree import DeviceTree
from config_gui.models.editor import Editor
from config_gui.models.live_values import LiveValues
from config_gui.models.news import News, NewsDesk
from config_gui.models.selection_table import SelectionTable
from config_gui.models.tango_names import all_devices
from config_gui.views.dialogs import HistoryDialog, SaveDialog
from config_gui.views.entry_panel import EntryPanel
from config_gui.views.header import Header
from config_gui.views.notices import Notices
from config_gui.views.selection_view import SelectionView
from config_gui.views.style import card, label
from scidog.client import SciDogClient
from scidog.trial import Trial
from scifish.selection import Entry


class SciDogWindow(Qt.QMainWindow):
    """Builds the models and the widgets and ties them together.

    Parameters
    ----------
    device
        Tango name of the SciDog device.
    author
        Who edits, as claimed.
    period_s
        Pause between two looks at SciDog and between two readings of the values, seconds.
    """

    def __init__(self, device: str, author: str, period_s: float = 1.0) -> None:
        super().__init__()
        self._device = device
        self._client = SciDogClient(device)
        self.background = Background(self)
        self.editor = Editor(self._client, self.background.run, author, self.refresh, self._ask_for)
        self.table = SelectionTable(self)
        self.tree = DeviceTree(self.background.run, self)
        self._build()
        self._live = LiveValues(self._values_came, period_s)
        self._desk = NewsDesk(SciDogClient(device), self._news_came, period_s)
        self._ask_devices()
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the editor."""
        editor = self.editor
        self.table.set_draft(editor.draft)
        self.header.refresh()
        self.notices.refresh()
        if hasattr(self, "_live"):
            self._live.watch(editor.draft.selection)
        unsaved = " *" if editor.draft.is_changed else ""
        self.setWindowTitle(f"scidog - {editor.draft.base.name}{unsaved} - {self._device}")
        news = editor.news
        self.standing.setText(f"{self._device}: {news.trouble or news.status}")

    def closeEvent(self, event: Qt.QCloseEvent) -> None:
        """Stop the threads; none is waited for."""
        self._live.close()
        self._desk.close()
        super().closeEvent(event)

    def submit(self, entry: Entry, row: int | None) -> bool:
        """Add an entry, or put it in the place of another; tell whether it was accepted."""
        if row is None:
            return self.editor.new_entry(entry)
        return self.editor.change(lambda draft: draft.replace(row, entry))

    def _build(self) -> None:
        self.header, self.notices = Header(self.editor), Notices(self.editor)
        self.selection = SelectionView(self.table)
        self.panel = EntryPanel(self.tree, self.submit)
        self.standing = label("", "quiet", wrap=True)
        frame, inside = card()
        for widget, stretch in ((self.header, 0), (self.notices, 0), (self.selection, 1)):
            inside.addWidget(widget, stretch)
        splitter = Qt.QSplitter()
        splitter.addWidget(frame)
        splitter.addWidget(self.panel)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([1210, 310])
        self._lay_out(splitter)
        self._connect()

    def _lay_out(self, splitter: Qt.QSplitter) -> None:
        middle = Qt.QWidget()
        layout = Qt.QVBoxLayout(middle)
        layout.setContentsMargins(14, 12, 14, 8)
        layout.addWidget(label("Scientific Metadata Configuration", "title"))
        layout.addWidget(splitter, 1)
        layout.addWidget(self.standing)
        self.setCentralWidget(middle)
        self.resize(1540, 780)

    def _connect(self) -> None:
        self.header.save_asked.connect(lambda: self._ask("Save", naming=self.editor.draft.base.revision == 0))
        self.header.save_as_asked.connect(lambda: self._ask("Save as", naming=True))
        self.header.new_asked.connect(self._ask_new)
        self.header.history_asked.connect(self._ask_history)
        self.header.delete_asked.connect(self.notices.ask_to_delete)
        self.panel.devices.reload_asked.connect(self._ask_devices)
        self.selection.edit_asked.connect(self._edit)
        self.selection.delete_asked.connect(lambda row: self.editor.change(lambda draft: draft.remove(row)))

    def _edit(self, row: int) -> None:
        self.panel.edit(row, self.editor.draft.entries[row])

    def _ask(self, title: str, naming: bool) -> None:
        name = self.editor.draft.base.name
        self.question = SaveDialog(title, name, lambda name, text: self.editor.save(text, name), self, naming)
        self.question.open()

    def _ask_new(self) -> None:
        self.question = SaveDialog("New", "", lambda name, _: self.editor.start_new(name), self, True)
        self.question.open()

    def _ask_history(self) -> None:
        name = self.editor.draft.base.name
        self.background.run(
            lambda: self._client.history(name), lambda outcome: self._show_history(name, outcome)
        )

    def _show_history(self, name: str, outcome: Outcome) -> None:
        if outcome.error is not None:
            self.editor.tell_failure(outcome.error)
            return
        self.history = HistoryDialog(name, outcome.result, self)
        self.history.open()

    def _ask_for(self, name: str) -> None:
        if hasattr(self, "_desk"):
            self._desk.show(name)

    def _news_came(self, news: News) -> None:
        self.background.post(lambda: self.editor.take_news(news))

    def _values_came(self, trials: list[Trial]) -> None:
        self.background.post(lambda: self.table.set_values(trials))

    def _ask_devices(self) -> None:
        self.background.run(all_devices, self.panel.take_devices)
