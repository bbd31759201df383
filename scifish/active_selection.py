"""The active selection of a beamline, kept known in the background for whoever begins a capture."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from scifish.attributes.poller import AttributePoller
from scifish.last_copy import Copy, LastCopy
from scifish.selection import Selection, parse_selection

ATTRIBUTE = "ActiveSelection"

Told = tuple[Selection | None]
"""What SciDog says: a selection, or that none is active."""


@dataclass(frozen=True)
class KnownSelection:
    """What is known of the active selection now.

    Attributes
    ----------
    selection
        None: none is active, or nothing is known.
    note
        For people: why there is none, or why it may be old; None when all is well.
    """

    selection: Selection | None
    note: str | None = None


class SelectionListener:
    """Knows one SciDog's active selection.

    A selection that SciDog no longer confirms stays in use, whatever its age: reading the values
    of yesterday's selection harms nobody, reading none would lose them. The note says so.

    Parameters
    ----------
    device
        Tango name of the SciDog.
    cache
        File for the last good copy, so that a restarted process still knows it.
    """

    def __init__(self, device: str, cache: Path) -> None:
        self._device = device
        self._copy: LastCopy[Told] = LastCopy(device, cache, _parse)
        self._poller = AttributePoller(device, ATTRIBUTE, self._copy.answered, self._copy.silent)
        self._poller.start()

    def refresh(self) -> None:
        """Ask SciDog again now, in the background; many calls make one question."""
        self._poller.refresh()

    def known(self) -> KnownSelection:
        """Return what is known, at once."""
        return tell(self._device, self._copy.look())

    def close(self) -> None:
        """Stop asking; waits for nothing."""
        self._poller.close()


def tell(device: str, copy: Copy[Told]) -> KnownSelection:
    """Put what is known into words (pure)."""
    if copy.value is None:
        return KnownSelection(None, f"no selection is known: SciDog {device}: {copy.trouble}")
    (selection,) = copy.value
    if selection is None:
        return KnownSelection(None, f"no selection is active on SciDog {device}")
    if copy.live:
        return KnownSelection(selection)
    age = "of unknown age" if copy.age_s is None else f"{timedelta(seconds=round(copy.age_s))} old"
    return KnownSelection(
        selection, f"selection {selection.name!r} is {age}: SciDog {device}: {copy.trouble}"
    )


def _parse(text: str) -> Told:
    return (parse_selection(text) if text.strip() else None,)
