"""Units of moveables, asked for in the background: Sardana's column descriptions have none."""

import threading
from collections.abc import Iterable
from queue import SimpleQueue
from time import monotonic

import tango

from scifish.tango_calls import CALLS
from scifish.tango_values import choose_unit

REFRESH_S = 60.0
"""A unit is asked for again when its last answer is older than this."""


class Units:
    """Unit by source (``tango://host:port/domain/family/member/attribute``), filled by a daemon thread."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}
        self._asked_at: dict[str, float] = {}
        self._wanted: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._run, name="scifish-units", daemon=True).start()

    def ask(self, sources: Iterable[str]) -> None:
        """Ask for the units of these sources; returns at once."""
        now = monotonic()
        for source in sources:
            if now - self._asked_at.get(source, -REFRESH_S) >= REFRESH_S:
                self._asked_at[source] = now
                self._wanted.put(source)

    def known(self) -> dict[str, str | None]:
        """Return what has been answered so far; None: the attribute has no unit."""
        return dict(self._known)

    def _run(self) -> None:
        with tango.EnsureOmniThread():
            while True:
                self._ask_one(self._wanted.get())

    def _ask_one(self, source: str) -> None:
        device, _, attribute = source.rpartition("/")
        try:
            with CALLS.one():
                unit = tango.DeviceProxy(device).get_attribute_config(attribute).unit
        except tango.DevFailed:
            return  # a later scan asks again; asking at every scan would pile up before a hung device
        self._known[source] = choose_unit(None, unit)
