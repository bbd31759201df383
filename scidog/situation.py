"""How SciDog stands, for the device's state and status: pure, the clock is an argument."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from scidog.saved import Contents
from scifish.selection import Selection


class Standing(Enum):
    """The three ways SciDog can stand."""

    READY = "ready"
    NOTHING_ACTIVE = "nothing active"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Known:
    """What SciDog knows now.

    Attributes
    ----------
    contents
        From the store, or from the last good copy; none when there is neither.
    as_of
        When the store last confirmed the contents, UTC.
    trouble
        Why the store does not serve us, in words; none when it does.
    copy_trouble
        Why the last good copy cannot be written, in words; none when it can.
    """

    contents: Contents | None = None
    as_of: datetime | None = None
    trouble: str | None = None
    copy_trouble: str | None = None

    @property
    def active(self) -> Selection | None:
        """Return the active selection, if it is known."""
        return self.contents.active_selection if self.contents else None


def standing(known: Known, now: datetime) -> tuple[Standing, str]:
    """Return how SciDog stands and a sentence that tells people what to do."""
    if known.contents is None and known.trouble is None:
        return Standing.NOTHING_ACTIVE, "asking the store for the first time"
    troubles = [text for text in (_store_in_words(known, now), known.copy_trouble) if text]
    if troubles:
        return Standing.TROUBLE, "; ".join(troubles)
    return _active_in_words(known)


def age_in_words(seconds: float) -> str:
    """Return an age as people say it: ``20 s``, ``5 min``, ``3 h``, ``2 days``; coarse on purpose."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(max(seconds, 0) // 10) * 10} s"


def _store_in_words(known: Known, now: datetime) -> str | None:
    if known.trouble is None:
        return None
    if known.contents is None or known.as_of is None:
        return f"{known.trouble}; no last good copy is on this disk: nothing is selected until it answers"
    age = age_in_words((now - known.as_of).total_seconds())
    return f"{known.trouble}; showing the last good copy, {age} old; nothing can be saved or switched"


def _active_in_words(known: Known) -> tuple[Standing, str]:
    contents, active = known.contents, known.active
    if active is not None:
        count = len(active.entries)
        return Standing.READY, f"{active.name!r} revision {active.revision} is active ({count} entries)"
    if contents is not None and contents.active:
        return Standing.NOTHING_ACTIVE, f"the active selection {contents.active!r} is gone: choose another"
    return Standing.NOTHING_ACTIVE, "no selection is active: choose one (ActiveSelectionName)"
