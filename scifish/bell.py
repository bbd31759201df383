"""A wake-up call for one thread, which may be rung from a thread that Sardana is about to interrupt.

Sardana's Abort is an exception thrown into the macro's thread between any two of its instructions.
``threading.Event`` and ``Condition`` are written in Python: interrupted in ``set`` or ``wait`` they
may stay locked for ever. A bare lock cannot.
"""

import threading


class Bell:
    """Rung many times before it is heard, it is heard once."""

    def __init__(self) -> None:
        self._silence = threading.Lock()
        self._silence.acquire()

    def ring(self) -> None:
        """Wake who waits, or who waits next."""
        try:
            self._silence.release()
        except RuntimeError:
            return  # it rings already

    def wait(self, timeout_s: float) -> bool:
        """Wait for it at most so many seconds; true when it rang."""
        return self._silence.acquire(timeout=timeout_s)
