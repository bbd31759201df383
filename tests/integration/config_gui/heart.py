"""How long a window stands still."""

from taurus.external.qt import Qt

from tests.standstill import CALL_S

LONGEST_GAP_MS = CALL_S * 1000
"""A quiet machine's longest gap is 85 ms."""


class Heart(Qt.QObject):
    """Beats every 10 ms on the thread of the window and remembers its longest pause, ms."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0
        self._clock = Qt.QElapsedTimer()
        self._timer = Qt.QTimer(self)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.longest_ms = 0
        self._clock.start()
        self._timer.start(10)

    def _beat(self) -> None:
        self.longest_ms = max(self.longest_ms, self._clock.restart())
