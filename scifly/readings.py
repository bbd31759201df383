"""Values of the beamline for many files at once: a burst of a thousand files is read once."""

import time
from collections.abc import Callable

from scifish.attributes.reader import SnapshotReader
from scifish.attributes.reading import Snapshot
from scifish.message_parts import Value, ValueTree
from scifish.selection import Selection

SHARE_S = 1.0
"""Files within this span have the same values; a file's own time stamp is no better than 1 s."""
WAIT_S = 1.0
"""Longest wait for values; nobody's scan waits with us."""


class Readings:
    """Reads selections, and gives the same answer for a second.

    Parameters
    ----------
    reader
        The process's own.
    clock
        Monotonic, s.
    """

    def __init__(self, reader: SnapshotReader, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._clock = reader, clock
        self._selection: Selection | None = None
        self._snapshot = Snapshot({}, [])
        self._begun_s = float("-inf")

    def read(self, selection: Selection | None) -> Snapshot:
        """Return the values of now; what does not answer within 1 s is a failure."""
        if selection is None or not selection.entries:
            return Snapshot({}, [])
        now = self._clock()
        if not self._is_same(selection) or now - self._begun_s > SHARE_S:
            reading = self._reader.begin(selection)
            reading.wait(WAIT_S)
            self._selection, self._begun_s, self._snapshot = selection, now, reading.result()
        return self._snapshot

    def _is_same(self, selection: Selection) -> bool:
        """Tell whether this selection was read last; a hash is dear, and a burst has one object."""
        last = self._selection
        return selection is last or (last is not None and selection.hash == last.hash)


def as_late(values: ValueTree) -> ValueTree:
    """Return values marked as read after the phase they stand in."""
    return {
        name: node.model_copy(update={"late": True})
        if isinstance(node, Value)
        else {inner: value.model_copy(update={"late": True}) for inner, value in node.items()}
        for name, node in values.items()
    }
