"""The values of a selection, read again and again on a thread of its own."""

import threading
from collections.abc import Callable

from scidog.trial import Trial, trials
from scifish.attributes.reader import SnapshotReader
from scifish.selection import Selection

WAIT_S = 0.8
"""Longest wait for the devices of one round, seconds; who is late is a failure until it answers."""


class LiveValues:
    """Reads what it was last told to watch.

    Parameters
    ----------
    on_values
        Called on the reading thread after each round.
    period_s
        Pause between two rounds, seconds.
    """

    def __init__(self, on_values: Callable[[list[Trial]], None], period_s: float = 1.0) -> None:
        self._on_values = on_values
        self._period_s = period_s
        self._reader = SnapshotReader()
        self._wanted = Selection(name="nothing")
        self._wake = threading.Event()
        self._closed = False
        threading.Thread(target=self._follow, name="live values", daemon=True).start()

    def watch(self, selection: Selection) -> None:
        """Read this from now on, first at once; never waits."""
        if selection.entries != self._wanted.entries:
            self._wanted = selection
            self._wake.set()

    def close(self) -> None:
        """Stop reading; never waits for a device."""
        self._closed = True
        self._wake.set()
        self._reader.close()

    def _follow(self) -> None:
        while not self._closed:
            self._wake.clear()
            self._round_or_reason(self._wanted)
            self._wake.wait(self._period_s)

    def _round_or_reason(self, selection: Selection) -> None:
        try:
            self._round(selection)
        except Exception as error:  # noqa: BLE001 - edge of a thread: it must go on, and people must know
            reason = f"reading failed: {type(error).__name__}: {error}"
            self._on_values([Trial(entry=entry, failure=reason) for entry in selection.entries])

    def _round(self, selection: Selection) -> None:
        reading = self._reader.begin(selection)
        reading.wait(WAIT_S, lambda: self._closed or self._wanted is not selection)
        if not self._closed and self._wanted is selection:
            snapshot = reading.result()
            self._on_values(trials(selection, snapshot.values, snapshot.failures))
