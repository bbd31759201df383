"""Scans of this process that have begun and not ended, Door by Door.

A scan can end without telling its recorders. The next scan on its Door tells it, unless the open
one is among the macros that called it: nested scans are legal.
"""

import threading
import weakref
from collections.abc import Sequence
from typing import Any, Protocol

from scifish.closing.rules import ended_by_new_start


class OpenScan(Protocol):
    """A scan, as far as this module needs it."""

    macro: weakref.ref[Any]

    def close_left_behind(self) -> None:
        """Close a scan that never told its end."""


class OpenScans:
    """The open scans of each Door."""

    def __init__(self) -> None:
        self._open: dict[str | None, list[OpenScan]] = {}
        self._lock = threading.Lock()

    def begin(self, door: str | None, scan: OpenScan, chain: Sequence[Any]) -> list[OpenScan]:
        """Note that a scan has begun; return those that it has left behind.

        Parameters
        ----------
        door
            Name of the Door.
        scan
            The scan that begins.
        chain
            Its live macro and those that called it.
        """
        with self._lock:
            before = self._open.get(door, [])
            behind = left_behind(door, before, chain)
            self._open[door] = [*(item for item in before if item not in behind), scan]
        return behind

    def end(self, door: str | None, scan: OpenScan) -> None:
        """Note that a scan has ended; one that is not open is no error."""
        with self._lock:
            self._open[door] = [item for item in self._open.get(door, []) if item is not scan]


def left_behind(door: str | None, scans: Sequence[OpenScan], chain: Sequence[Any]) -> list[OpenScan]:
    """Return the scans of a Door that a START on it shows to be over."""
    names = [_name(macro) for macro in chain]
    return [scan for scan in scans if ended_by_new_start(door, _name(scan.macro()), door, names)]


def _name(macro: Any) -> str:
    """Return a name that no other live macro has; a macro that is gone cannot be in a chain."""
    return "gone" if macro is None else str(id(macro))
