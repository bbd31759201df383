"""The strips between head and table: trouble, somebody else's changes, questions, what is unsaved."""

from taurus.external.qt import Qt

from config_gui.models.editor import ASKING, Editor
from config_gui.views.banner import Banner
from scidog.diff import in_words, summary

MOST_LINES = 5
HOW_TO_ADD = "Choose an attribute in the tree at the right, give it a name, and press Add."


class Notices(Qt.QWidget):
    """One strip per subject, each hidden while there is nothing to tell."""

    def __init__(self, editor: Editor, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._asked_to_delete = ""
        self.trouble, self.others, self.question, self.unsaved, self.message = (Banner() for _ in range(5))
        layout = Qt.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for banner in (self.trouble, self.others, self.question, self.unsaved, self.message):
            layout.addWidget(banner)

    def refresh(self) -> None:
        """Show the state of the editor."""
        self._tell_trouble()
        self._tell_others()
        self._ask()
        self._tell_unsaved()
        self._tell_message()

    def ask_to_delete(self) -> None:
        """Ask whether the selection shown is to be deleted."""
        self._asked_to_delete = self._editor.draft.base.name
        self.refresh()

    def _tell_trouble(self) -> None:
        news = self._editor.news
        if news is ASKING:
            self.trouble.tell("")
        elif news.trouble:
            self.trouble.tell(news.trouble, "bad")
        else:
            self.trouble.tell(news.status if news.state in ("ALARM", "FAULT") else "", "warning")

    def _tell_others(self) -> None:
        other = self._editor.meanwhile
        if other is None:
            self.others.tell("")
            return
        text = "\n".join([other.headline, *(f"  • {line}" for line in other.details[:MOST_LINES])])
        take = ("Take theirs, drop mine", self._editor.take_theirs)
        self.others.tell(text, "warning", take, ("Keep mine on top", self._editor.keep_mine))

    def _ask(self) -> None:
        editor = self._editor
        if self._asked_to_delete and self._asked_to_delete == editor.draft.base.name:
            text = f"Delete “{self._asked_to_delete}”? Its history stays."
            self.question.tell(text, "warning", ("Delete", self._delete), ("Keep", self._keep))
        elif editor.wanted:
            name = editor.draft.base.name
            text = (
                f"“{name}” has unsaved changes. What shall become of them before “{editor.wanted}” is shown?"
            )
            save = ("Save", editor.save)
            self.question.tell(text, "warning", save, ("Drop", editor.discard), ("Stay here", editor.stay))
        else:
            self.question.tell("")

    def _tell_unsaved(self) -> None:
        draft = self._editor.draft
        if not draft.is_changed:
            self.unsaved.tell("")
            return
        lines = in_words(draft.difference)
        rest = len(lines) - MOST_LINES
        shown = [*lines[:MOST_LINES], *([f"and {rest} more"] if rest > 0 else [])]
        text = "\n".join([f"Not saved yet: {summary(draft.difference)}.", *(f"  • {line}" for line in shown)])
        self.unsaved.tell(text, "note", ("Drop changes", self._editor.discard))

    def _tell_message(self) -> None:
        editor = self._editor
        if editor.message.text:
            self.message.tell(editor.message.text, editor.message.kind)
        elif editor.news is not ASKING and not editor.draft.entries:
            self.message.tell(f"“{editor.draft.base.name}” is empty. {HOW_TO_ADD}")
        else:
            self.message.tell("")

    def _delete(self) -> None:
        self._asked_to_delete = ""
        self._editor.delete()

    def _keep(self) -> None:
        self._asked_to_delete = ""
        self.refresh()
