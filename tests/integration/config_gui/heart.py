"""How long a window stands still."""

from taurus.external.qt import Qt

LONGEST_GAP_MS = 200


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
