"""The life of a device, outside of which no thread may touch it."""

import threading
from collections.abc import Callable


class Life:
    """Lets a device end only when no thread touches it.

    TANGO's "restart device" frees what an event is pushed through, while threads of the device
    that was, a job for instance, go on until they notice.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._touching = 0
        self._ended = False

    def begin(self) -> None:
        """Let the device be touched, at first and after an Init."""
        with self._changed:
            self._ended = False

    def touch(self, function: Callable[[], None]) -> None:
        """Run what touches the device, pushes an event for instance, unless it has ended."""
        with self._changed:
            if self._ended:
                return
            self._touching += 1
        try:
            function()
        finally:
            with self._changed:
                self._touching -= 1
                self._changed.notify_all()

    def end(self, limit_s: float) -> None:
        """Let nothing touch it any more, and wait for what does now.

        Parameters
        ----------
        limit_s
            How long to wait: during an Init, events wait for the Init itself.
        """
        with self._changed:
            self._ended = True
            self._changed.wait_for(lambda: not self._touching, limit_s)
