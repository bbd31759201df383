"""How long all threads of this process stood still, because one of them held the interpreter's lock."""

import threading
import time
from types import TracebackType

BEAT_S = 0.005
CALL_S = 2.5
"""A call to a frozen device that holds the lock does so for 3 s; a busy machine stops us for a second."""


class Standstill(threading.Thread):
    """``with Standstill() as seen:`` and ``seen.longest_s`` afterwards."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest_s = 0.0
        self._ended = threading.Event()

    def __enter__(self) -> "Standstill":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Beat, and keep the longest pause."""
        before = time.monotonic()
        while not self._ended.wait(BEAT_S):
            now = time.monotonic()
            self.longest_s, before = max(self.longest_s, now - before), now
