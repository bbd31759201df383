"""Knowing when a file of a folder last grew, from a watch that runs all the time."""

import ast
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sdm.folders.growth_worker import GREW, PROBLEM, READY


@dataclass(frozen=True)
class Growth:
    """A file that grew, and how long ago, in seconds."""

    path: str
    age_s: float


class GrowthWatch:
    """Watches one folder at a time, in a child process; no method waits for the file system.

    Parameters
    ----------
    listing_s
        The files are listed this often, for what makes no events here; 0: never.
    run
        Runs a function on a daemon thread.
    """

    def __init__(self, listing_s: float, run: Callable[[Callable[[], None]], None]) -> None:
        self._listing_s = listing_s
        self._run = run
        self._lock = threading.Lock()
        self._folder: str | None = None
        self._child: subprocess.Popen[str] | None = None
        self._last: tuple[str, float] | None = None
        self._problem: str | None = None
        self.ready = threading.Event()
        """Set while the watch runs."""

    @property
    def problem(self) -> str | None:
        """Why growth is not known; none while it is, or while there is nothing to watch."""
        return self._problem

    def watch(self, folder: str | None) -> None:
        """Watch a folder, or none; does nothing when it is being watched already."""
        with self._lock:
            alive = self._child is not None and self._child.poll() is None
            if folder == self._folder and (alive or folder is None):
                return
            self._end()
            if folder != self._folder:
                self._folder, self._last, self._problem = folder, None, None
            if folder is not None:
                self._begin(folder)

    def last(self) -> Growth | None:
        """Return the growth that was seen last; none when there was none since the watch began."""
        last = self._last
        return Growth(last[0], time.monotonic() - last[1]) if last else None

    def close(self) -> None:
        """Kill the child, whatever it does."""
        with self._lock:
            self._end()
            self._folder = None

    def _begin(self, folder: str) -> None:
        try:
            child = subprocess.Popen(
                [sys.executable, "-m", "sdm.folders.growth_worker", folder, str(self._listing_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            self._problem = f"the watch of growing files cannot be started: {error}"
            return
        self._child = child
        self._run(lambda: self._hear(child))

    def _end(self) -> None:
        child, self._child = self._child, None
        self.ready.clear()
        if child is not None:
            child.kill()
            with suppress(OSError):
                child.stdin.close()  # type: ignore[union-attr]

    def _hear(self, child: "subprocess.Popen[str]") -> None:
        """Take what the child says until it ends; one that hangs in the kernel says nothing."""
        with child, suppress(ValueError):
            for line in child.stdout or ():
                if child is not self._child:
                    return
                self._take(line)
        if child is self._child:
            self.ready.clear()
            self._problem = self._problem or "the watch of growing files ended; it is begun again"

    def _take(self, line: str) -> None:
        word, _, text = line.partition(" ")
        if word == GREW:
            self._last = (ast.literal_eval(text), time.monotonic())
        elif word == READY:
            self._problem = None
            self.ready.set()
        elif word == PROBLEM:
            self._problem = f"growing files are not seen: {ast.literal_eval(text)}"
