"""A Sardana Door from the outside: run a macro and wait for its end."""

import json
import threading
import time
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import tango

from scizoo.services.errors import ServiceError
from scizoo.services.waiting import wait_until

FINAL = frozenset({"finish", "stop", "abort", "exception"})
BUSY = frozenset({tango.DevState.RUNNING, tango.DevState.STANDBY})
SILENCE_S = 0.5
"""An idle Door that has said nothing of a macro for so long will not do so: one that was refused
before its start has no final status, and an event sent right after a subscription can be lost."""


class MacroError(ServiceError):
    """A macro did not finish as it should; with what the Door said."""


class MacroRun:
    """A macro that was sent to a Door; the Door's events tell how it ends.

    Attributes
    ----------
    macro_id
        The id that Sardana gives to recorders as ``macro_id``; unique in one life of the server.
    """

    def __init__(self, door: tango.DeviceProxy, name: str, parameters: Sequence[str]) -> None:
        self._door = door
        self._name = name
        self._heard = threading.Condition()
        self._statuses: dict[str, dict[str, Any]] = {}
        self._watch = door.subscribe_event("MacroStatus", tango.EventType.CHANGE_EVENT, self._hear)
        try:
            (answer,) = door.RunMacro([name, *parameters])
        except tango.DevFailed as error:
            self.forget()
            raise MacroError(f"{name} was refused: {error.args[0].desc.strip()}") from None
        self.macro_id = _id_of(answer)

    def wait(self, limit_s: float) -> str:
        """Return how it ended: finish, stop, abort or exception.

        Raises
        ------
        MacroError
            It did not end within the limit.
        """
        limit = time.monotonic() + limit_s
        while not self._is_over():
            if time.monotonic() > limit:
                raise MacroError(f"{self._name} did not end within {limit_s:g} s; last seen: {self._status}")
        self.forget()
        wait_until(lambda: self._door.State() not in BUSY, limit_s, f"{self._door.dev_name()} idle again")
        return self._end()

    @property
    def error(self) -> str:
        """What the macro raised, empty when nothing."""
        return str(self._status.get("exc_value") or "")

    def forget(self) -> None:
        """Listen no longer."""
        if self._watch is not None:
            self._door.unsubscribe_event(self._watch)
            self._watch = None

    def _is_over(self) -> bool:
        with self._heard:
            if self._heard.wait_for(lambda: self._status.get("state") in FINAL, SILENCE_S):
                return True
        return self._door.State() not in BUSY

    def _end(self) -> str:
        """Return the last word of the Door's events, else what its state says."""
        if (said := self._status.get("state")) in FINAL:
            return str(said)
        return "exception" if self._door.State() == tango.DevState.ALARM else "finish"

    @property
    def _status(self) -> dict[str, Any]:
        return self._statuses.get(self.macro_id, {})

    def _hear(self, event: tango.EventData) -> None:
        """Keep every status: the first may come before the id is known."""
        if event.err or not event.attr_value.value or not event.attr_value.value[1]:
            return
        with self._heard:
            for status in json.loads(event.attr_value.value[1]):
                self._statuses[str(status.get("id"))] = status
            self._heard.notify_all()


class Door:
    """A Door that runs macros for us."""

    def __init__(self, proxy: tango.DeviceProxy) -> None:
        self.proxy = proxy

    def begin(self, macro: str, *parameters: object) -> MacroRun:
        """Start a macro and return at once; repeated parameters are given one after the other."""
        return MacroRun(self.proxy, macro, [str(parameter) for parameter in parameters])

    def run(self, macro: str, *parameters: object, limit_s: float = 30.0) -> MacroRun:
        """Run a macro to its end.

        Raises
        ------
        MacroError
            It was refused, was stopped or aborted, raised an error, or lasted longer than the limit.
        """
        started = self.begin(macro, *parameters)
        if (end := started.wait(limit_s)) != "finish":
            raise MacroError(f"{macro} ended by {end}: {started.error}")
        return started


def _id_of(answer: str) -> str:
    """Return the id in the XML with which a Door answers ``RunMacro``."""
    root = ElementTree.fromstring(answer)  # noqa: S314 (the Door's own text)
    macro = root if root.tag == "macro" else root.find("macro")
    if macro is None:
        raise MacroError(f"the Door did not say which macro it started: {answer}")
    return macro.attrib["id"]
