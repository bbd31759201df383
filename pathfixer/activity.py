"""What a PathFixer is doing: opening, closing or repairing, one at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pathfixer.errors import BusyError

PATIENCE_S = 15.0
"""A switch waits so long for a look at the folders, or a sample's folder, to be done."""


class Activity:
    """Keeps switches, changes of sample and looks at the folders apart.

    Parameters
    ----------
    on_change
        Called when ``text`` has changed.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._lock = threading.Lock()
        self._text: str | None = None

    @property
    def text(self) -> str | None:
        """What is being switched; none when nothing is."""
        return self._text

    @contextmanager
    def switching(self, text: str) -> Iterator[None]:
        """Do what is shown as being done; raises BusyError while something else is."""
        if self._text or not self._lock.acquire(timeout=PATIENCE_S):
            raise BusyError(f"{self._text or 'the folders hang'}: ask again when that is done")
        try:
            self._text = text
            self._on_change()
            yield
        finally:
            self._text = None
            self._lock.release()
            self._on_change()

    @contextmanager
    def after_the_switch(self) -> Iterator[None]:
        """Do what waits until nothing is being switched, and is not shown."""
        with self._lock:
            yield

    @contextmanager
    def unless_switching(self) -> Iterator[bool]:
        """Yield whether it may be done now: it can be left out while something is being switched."""
        free = self._lock.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._lock.release()
