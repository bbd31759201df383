"""Colours, sizes and the style sheet of the windows."""

from taurus.external.qt import Qt

from config_gui.models.shown import Tone

INK = "#1f2933"
QUIET = "#7b8794"
LINE = "#d5dbe1"
ACCENT = "#1f5fa8"

TEXT_OF = {Tone.GOOD: INK, Tone.WAITING: QUIET, Tone.WARNING: "#8a5a00", Tone.BAD: "#b42318"}
BACK_OF = {Tone.WARNING: "#fff4d6", Tone.BAD: "#fde8e6"}
MARK_OF = {"added": "#2e7d32", "changed": ACCENT}

SHEET = f"""
QWidget {{ color: {INK}; font-size: 10pt; }}
QMainWindow, QDialog, QSplitter {{ background: #f4f6f8; }}
QLabel#title {{ font-size: 15pt; font-weight: 600; }}
QLabel#heading {{ font-size: 11pt; font-weight: 600; }}
QLabel#quiet {{ color: {QUIET}; }}
QLabel#wrong {{ color: {TEXT_OF[Tone.BAD]}; font-size: 9pt; }}
QLabel#active {{ background: #e1f3e4; color: #1b5e20; border-radius: 9px; padding: 2px 10px;
    font-weight: 600; }}
QLabel#passive {{ background: #e8ebee; color: {QUIET}; border-radius: 9px; padding: 2px 10px; }}
QFrame#card {{ background: white; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame#good {{ background: #e1f3e4; border: 1px solid #a5d6a7; border-radius: 6px; }}
QFrame#note {{ background: #e7f0fb; border: 1px solid #a9c7ec; border-radius: 6px; }}
QFrame#warning {{ background: #fff4d6; border: 1px solid #ecc94b; border-radius: 6px; }}
QFrame#bad {{ background: #fde8e6; border: 1px solid #f0a8a1; border-radius: 6px; }}
QTableView, QTreeView {{ background: white; border: 1px solid {LINE}; border-radius: 4px;
    gridline-color: #eceff2; selection-background-color: #dbe8f8; selection-color: {INK}; }}
QTableView::item {{ border: 0; padding: 0 5px; }}
QHeaderView::section {{ background: #eef1f4; border: 0; border-bottom: 1px solid {LINE};
    padding: 6px 8px; font-weight: 600; }}
QLineEdit, QPlainTextEdit {{ background: white; border: 1px solid #b9c2cc; border-radius: 4px;
    padding: 4px 6px; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {ACCENT}; }}
QLineEdit:disabled {{ background: #eef1f4; color: {QUIET}; }}
QComboBox#pending {{ border: 1px solid {ACCENT}; background: #e7f0fb; }}
QLabel#nosession {{ background: #b42318; color: white; font-size: 17pt; font-weight: 700;
    border-radius: 6px; padding: 10px; }}
QLineEdit#path {{ font-weight: 600; }}
QPushButton {{ background: white; border: 1px solid #b9c2cc; border-radius: 4px; padding: 5px 12px; }}
QPushButton:hover {{ border-color: {ACCENT}; }}
QPushButton:disabled {{ color: #a3adb8; background: #eef1f4; border-color: {LINE}; }}
QPushButton#primary {{ background: {ACCENT}; border-color: {ACCENT}; color: white; font-weight: 600; }}
QPushButton#primary:disabled {{ background: #a9c0dc; border-color: #a9c0dc; color: white; }}
QToolTip {{ background: white; color: {INK}; border: 1px solid {LINE}; }}
"""


def dress(app: Qt.QApplication) -> None:
    """Give an application our look, the same on every desktop."""
    app.setStyle("Fusion")
    app.setStyleSheet(SHEET)


def label(text: str, name: str = "", wrap: bool = False) -> Qt.QLabel:
    """Return a label that is styled by its name; its text is never taken for markup."""
    made = Qt.QLabel(text)
    made.setTextFormat(Qt.Qt.PlainText)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    return made


def button(text: str, clicked: object, primary: bool = False) -> Qt.QPushButton:
    """Return a push button."""
    made = Qt.QPushButton(text)
    made.setObjectName("primary" if primary else "")
    made.clicked.connect(lambda: clicked())  # type: ignore[operator]
    return made


def card() -> tuple[Qt.QFrame, Qt.QVBoxLayout]:
    """Return a white frame and the layout inside it."""
    frame = Qt.QFrame()
    frame.setObjectName("card")
    layout = Qt.QVBoxLayout(frame)
    layout.setContentsMargins(12, 10, 12, 12)
    layout.setSpacing(8)
    return frame, layout


def restyle(widget: Qt.QWidget, name: str) -> None:
    """Have a widget styled by another name."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
