"""Keeping one attribute of one device known, in a background thread that nobody waits for."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import tango

from scifish.bell import Bell
from scifish.tango_calls import CALLS
from scifish.tango_connection import Connection
from scifish.tango_errors import reason_of_call

PERIOD_S = 1.0
"""Without any hint the attribute is read this often."""
CALL_LIMIT_S = 0.5
"""Longest wait for a device that answers slowly; a frozen one may block a call for 3 s and more."""


class AttributePoller:
    """Reads at once, then every second, and sooner on a change event or ``refresh``.

    Events are hints only: they may be lost, and each is followed by a read. Requests that come
    while a read is under way are served together by one more read.

    Parameters
    ----------
    device, attribute
        What to read.
    answered
        Called with the value, in the background thread; must not raise.
    silent
        Called with the reason, in words, when there is no value; must not raise.
    kind
        What the value must be.
    """

    def __init__(
        self,
        device: str,
        attribute: str,
        answered: Callable[[Any], None],
        silent: Callable[[str], None],
        kind: type | tuple[type, ...] = str,
    ) -> None:
        self._attribute = attribute
        self._answered, self._silent, self._kind = answered, silent, kind
        self._name = f"scifish-{attribute}@{device}"
        self._wanted = Bell()
        self._closed = False
        self._connection = Connection(device)
        self._subscription: int | None = None

    def start(self) -> None:
        """Begin to read; returns at once."""
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def refresh(self) -> None:
        """Read again now, in the background."""
        self._wanted.ring()

    def close(self) -> None:
        """Let the thread end after its call; waits for nothing."""
        self._closed = True
        self._wanted.ring()

    def _run(self) -> None:
        with tango.EnsureOmniThread():
            while not self._closed:
                self._read_safely()
                self._wanted.wait(PERIOD_S)
            self._unsubscribe()

    def _read_safely(self) -> None:
        try:
            with CALLS.one():
                self._read()
        except Exception as error:  # noqa: BLE001 - edge of the thread: it must live, and the reason be seen
            self._silent(f"{type(error).__name__}: {error}"[:200])

    def _read(self) -> None:
        try:
            proxy = self._connection.limited(CALL_LIMIT_S)
            value = proxy.read_attribute(self._attribute).value
        except tango.DevFailed as error:
            self._silent(reason_of_call(error.args))
            return
        if not isinstance(value, self._kind):
            self._silent(f"{self._attribute} has no such value: {value!r}"[:200])
            return
        self._answered(value)
        if self._subscription is None:
            self._subscribe(proxy)

    def _subscribe(self, proxy: tango.DeviceProxy) -> None:
        kind = tango.EventType.CHANGE_EVENT
        with contextlib.suppress(tango.DevFailed):  # without events the period does
            self._subscription = proxy.subscribe_event(self._attribute, kind, self._hint, [], True)

    def _hint(self, _event: tango.EventData) -> None:
        self._wanted.ring()

    def _unsubscribe(self) -> None:
        if self._subscription is not None:
            with contextlib.suppress(tango.DevFailed), CALLS.one():
                self._connection.proxy().unsubscribe_event(self._subscription)
