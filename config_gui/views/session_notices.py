"""The strips of PathFixer's panel: trouble, what is being done, what needs a person, what came of it."""

from taurus.external.qt import Qt

from config_gui.models.session_editor import SessionEditor
from config_gui.views.banner import Banner
from config_gui.views.reason_strip import ReasonStrip

CONDITIONS = {"ALARM": "warning", "FAULT": "bad"}


class SessionNotices(Qt.QScrollArea):
    """One strip per subject, each hidden while there is nothing to tell; scrolled where there is no room."""

    def __init__(self, editor: SessionEditor, parent: Qt.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(Qt.QFrame.NoFrame)
        self.setWidgetResizable(True)
        inside = Qt.QWidget()
        self._editor = editor
        self.trouble, self.condition, self.office, self.question, self.message = (Banner() for _ in range(5))
        self.refusal = ReasonStrip(editor)
        self.progress = Qt.QProgressBar()
        layout = Qt.QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for strip in (self.trouble, self.condition, self.office, self.question, self.refusal):
            layout.addWidget(strip)
        layout.addWidget(self.progress)
        layout.addWidget(self.message)
        layout.addStretch(1)
        self.setWidget(inside)

    def refresh(self) -> None:
        """Show the state of the editor."""
        self._tell_trouble()
        self._tell_condition()
        self._tell_office()
        self._ask()
        self.refusal.refresh()
        self._tell_progress()
        self.message.tell(self._editor.message.text, self._editor.message.kind)

    def _tell_trouble(self) -> None:
        news = self._editor.news
        if not news.trouble:
            self.trouble.tell("")
            return
        since = f"\nWhat is shown is of {news.heard_at.astimezone():%H:%M:%S}." if news.heard_at else ""
        self.trouble.tell(f"{news.trouble}{since}", "bad")

    def _tell_condition(self) -> None:
        look, session = self._editor.news.look, self._editor.session
        if look is None:
            self.condition.tell("")
        elif look.state in CONDITIONS:
            lines = look.status.splitlines()
            self.condition.tell("\n".join(lines[1:] or lines), CONDITIONS[look.state])
        else:
            self.condition.tell("\n".join(session.warnings if session else ()), "warning")

    def _tell_office(self) -> None:
        choices = self._editor.news.choices
        age = f"; what can be chosen is of {choices.as_of}" if choices.as_of else ""
        self.office.tell(f"{choices.problem}{age}" if choices.problem else "", "warning")

    def _ask(self) -> None:
        editor, session = self._editor, self._editor.session
        if not editor.asked_to_close or session is None:
            self.question.tell("")
            return
        text = (
            f"Close the session of proposal {session.proposal}? Scans then go to {session.unowned_path} "
            "and are booked on nobody, until the next one is opened."
        )
        self.question.tell(text, "warning", ("Close", editor.close), ("Keep open", editor.keep_open))

    def _tell_progress(self) -> None:
        activity = self._editor.news.look.activity if self._editor.news.look else None
        text = activity.text if activity else ""
        busy = self._editor.busy
        self.progress.setVisible(bool(busy or activity))
        self.progress.setRange(0, (activity.of or 0) if activity else 0)
        self.progress.setValue(activity.done if activity else 0)
        self.progress.setFormat(": ".join(part for part in (busy, text) if part) or "being switched")
