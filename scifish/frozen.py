"""A beginning that was frozen earlier, by whoever tells a capture later than it began, or again."""

from collections.abc import Callable
from dataclasses import dataclass

from scifish.attributes.reading import Snapshot
from scifish.messages import Context
from scifish.selection import Selection


@dataclass(frozen=True)
class Frozen:
    """What a capture is made of when nothing is asked any more.

    Attributes
    ----------
    context
        Whose data it is, as decided when it began.
    selection
        The one that was active then; None: none was.
    at_start, at_end
        What was read then, and at the end.
    revision
        Greatest revision of this pid that may have been told before; the next is greater.
    """

    context: Context
    selection: Selection | None
    at_start: Snapshot
    at_end: Snapshot
    revision: int = 0


class PastReading:
    """A reading that has ended, in the place of one that is under way."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def wait(self, timeout_s: float, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Return true at once."""
        del timeout_s, cancelled
        return True

    def result(self) -> Snapshot:
        """Return what was read."""
        return self._snapshot
