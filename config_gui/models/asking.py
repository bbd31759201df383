"""A question that is asked again and again, on a thread of its own."""

import threading
from collections.abc import Callable


class Asking:
    """Asks at once, then every so often, and at once again when told to.

    Parameters
    ----------
    ask
        Asks and hands the answer on, on the asking thread; may take long, must not raise.
    name
        Of the thread.
    period_s
        Pause between two questions, seconds; ``ask`` may return another one.
    """

    def __init__(self, ask: Callable[[], float | None], name: str, period_s: float = 1.0) -> None:
        self._ask = ask
        self._period_s = period_s
        self._wake = threading.Event()
        self.closed = False
        self._thread = threading.Thread(target=self._for_ever, name=name, daemon=True)

    def start(self) -> None:
        """Start to ask."""
        self._thread.start()

    def again(self) -> None:
        """Ask now, or as soon as the present question is answered; never waits."""
        self._wake.set()

    def close(self) -> None:
        """Ask no more; never waits for an answer."""
        self.closed = True
        self._wake.set()

    def _for_ever(self) -> None:
        while not self.closed:
            self._wake.clear()
            pause_s = self._ask()
            self._wake.wait(self._period_s if pause_s is None else pause_s)
