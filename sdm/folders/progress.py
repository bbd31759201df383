"""How far long work at the file system is, told now and then."""

import time
from collections.abc import Callable

from pydantic import BaseModel

TELL_S = 0.5
"""Often enough to be a sign of life, seldom enough to cost nothing."""


class Progress(BaseModel):
    """So many entries have been looked at; how many there are nobody knows before."""

    done: int
    text: str


Tell = Callable[[Progress], None]


class Pace:
    """Counts entries, and tells of them every half second.

    Parameters
    ----------
    tell
        Called with the progress.
    every_s
        How often.
    """

    def __init__(self, tell: Tell, every_s: float = TELL_S) -> None:
        self._tell = tell
        self._every_s = every_s
        self._next = time.monotonic() + every_s
        self.done = 0

    def step(self, path: str) -> None:
        """Count one entry, the last of which is named."""
        self.done += 1
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every_s
            self._tell(Progress(done=self.done, text=path))


def to_job(progress: Callable[[int, int | None, str], None]) -> Tell:
    """Return what tells a job how far the file system is; how much there is to do nobody knows."""

    def tell(done: Progress) -> None:
        progress(done.done, None, done.text)

    return tell


def quiet(progress: Progress) -> None:
    """Tell nobody."""
