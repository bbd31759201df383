"""Work on threads of its own, its outcome handed back on the thread of the window."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taurus.external.qt import Qt


@dataclass(frozen=True)
class Outcome:
    """What came of a piece of work: its result, or its error."""

    result: Any = None
    error: Exception | None = None


Then = Callable[[Outcome], None]


class Background(Qt.QObject):
    """Runs functions on daemon threads; one that never returns costs a thread and nothing else."""

    _ended = Qt.pyqtSignal(object)

    def __init__(self, parent: Qt.QObject | None = None) -> None:
        super().__init__(parent)
        self._ended.connect(lambda call: call(), Qt.Qt.QueuedConnection)

    def run(self, function: Callable[[], Any], then: Then) -> None:
        """Run a function now; ``then`` gets the outcome on the thread that owns this object."""

        def work() -> None:
            outcome = _outcome(function)
            self.post(lambda: then(outcome))

        threading.Thread(target=work, daemon=True).start()

    def post(self, call: Callable[[], None]) -> None:
        """Call something on the thread that owns this object; from any thread, also after the end."""
        try:
            self._ended.emit(call)
        except RuntimeError:
            return  # the window is gone, and with it everybody who wanted to know


def _outcome(function: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(result=function())
    except Exception as error:  # noqa: BLE001 - edge of a thread: the window must hear of any failure
        return Outcome(error=error)
