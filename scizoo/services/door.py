"""A Sardana Door from the outside: run a macro and wait for its end."""

import json
import threading
import time
from typing import Any
from xml.etree import ElementTree

import tango

from scizoo.services.errors import ServiceError
from scizoo.services.waiting import wait_until

FINAL = frozenset({"finish", "stop", "abort", "exception"})
BUSY = frozenset({tango.DevState.RUNNING, tango.DevState.STANDBY})
LISTEN_LIMIT_S = 30.0
LOOK_S = 0.1
SILENCE_S = 0.5
"""A Door that has been busy and is idle for so long without a word has no more to say: a macro that was
refused before its start has no status at all."""
LAST_WORD_S = 10.0
"""A macro that has said something says how it ended, too, and its Door that it is idle again: on a busy
machine a while after its end."""
UNSEEN_S = 10.0
"""A Door answers ``RunMacro`` before it begins: on a busy machine it may be idle for a while yet. After
that both were missed, the macro's time and its words."""

_LISTENING: list[tango.DeviceProxy] = []
"""Kept to the end of the process: where a proxy is dropped while an event is on its way, cppTango
calls a callback that is no more."""


class MacroError(ServiceError):
    """A macro did not finish as it should; with what the Door said."""


class Door:
    """A Door that runs macros for us; its events are heard from the first macro on.

    Attributes
    ----------
    statuses
        The last status of each macro, by its id, as heard.
    ended_at
        When the final status of a macro was heard, on the monotonic clock, by its id.
    settled
        Ids of the macros whose last status is the last. Sardana says ``finish`` of a macro that was stopped
        at its very end, and then ``stop``; events of one server come in their order, so that no status is
        on its way any more once the Door is heard to be idle. Its state when read may be ahead of them.
    """

    def __init__(self, proxy: tango.DeviceProxy) -> None:
        self.proxy = proxy
        self.heard = threading.Condition()
        self.statuses: dict[str, dict[str, Any]] = {}
        self.ended_at: dict[str, float] = {}
        self.settled: frozenset[str] = frozenset()
        _LISTENING.append(proxy)
        self._unheard = {"MacroStatus": self._hear, "State": self._hear_state}

    def begin(self, macro: str, *parameters: object) -> "MacroRun":
        """Start a macro and return at once; repeated parameters are given one after the other."""
        wait_until(self._subscribed, LISTEN_LIMIT_S, f"events of {self.proxy.dev_name()}")
        state, began_at = self.state(), time.monotonic()
        try:
            (answer,) = self.proxy.RunMacro([macro, *(str(parameter) for parameter in parameters)])
        except tango.DevFailed as error:
            raise MacroError(f"{macro} was refused: {error.args[0].desc.strip()}") from None
        return MacroRun(self, macro, _id_of(answer), state, began_at)

    def run(self, macro: str, *parameters: object, limit_s: float = 30.0) -> "MacroRun":
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

    def said(self, channel: str = "Output") -> str:
        """Return what the last macro said: Output, Warning or Error."""
        return "\n".join(self.proxy.read_attribute(channel).value or ())

    def is_busy(self) -> bool:
        """Tell whether it runs a macro, holds one, or does not answer."""
        return _is_busy(self.state())

    def state(self) -> tango.DevState | None:
        """Return its state; none when it does not answer."""
        try:
            state: tango.DevState = self.proxy.State()
        except tango.DevFailed:
            return None
        return state

    def _subscribed(self) -> bool:
        """Subscribe once; TANGO refuses to connect again within a second of a failure."""
        if not self._unheard:
            return True
        try:
            for attribute, hear in list(self._unheard.items()):
                self.proxy.subscribe_event(attribute, tango.EventType.CHANGE_EVENT, hear)
                del self._unheard[attribute]
        except tango.DevFailed:
            return False
        return True

    def _hear(self, event: tango.EventData) -> None:
        """Keep every status: the first may come before the id is known."""
        if event.err or not event.attr_value.value or not event.attr_value.value[1]:
            return
        with self.heard:
            for status in json.loads(event.attr_value.value[1]):
                macro_id = str(status.get("id"))
                self.statuses[macro_id] = status
                if status.get("state") in FINAL:
                    self.ended_at.setdefault(macro_id, time.monotonic())
            self.heard.notify_all()

    def _hear_state(self, event: tango.EventData) -> None:
        """Keep what has come to rest."""
        if event.err or _is_busy(event.attr_value.value):
            return
        with self.heard:
            over = (macro_id for macro_id, status in self.statuses.items() if status.get("state") in FINAL)
            self.settled = frozenset(over)
            self.heard.notify_all()


class MacroRun:
    """A macro that was sent to a Door; the Door's events tell how it ends, else its state.

    Attributes
    ----------
    macro_id
        The id that Sardana gives to recorders as ``macro_id``; unique in one life of the server.
    began_at
        When it was sent, on the monotonic clock.
    """

    def __init__(
        self, door: Door, name: str, macro_id: str, before: tango.DevState | None, began_at: float
    ) -> None:
        self.macro_id = macro_id
        self.door = door
        self._name = name
        self._before = before
        self.began_at = began_at
        self._has_begun = False
        self._idle_since: float | None = None

    @property
    def error(self) -> str:
        """What the macro raised, else what the Door said of it; empty when nothing."""
        return str(self._status.get("exc_value") or self.door.said("Error"))

    @property
    def step(self) -> float:
        """Progress in percent, as last heard."""
        return float(self._status.get("step", 0))

    @property
    def duration_s(self) -> float:
        """What it took until the Door told its end, else until now."""
        return self.door.ended_at.get(self.macro_id, time.monotonic()) - self.began_at

    def wait(self, limit_s: float) -> str:
        """Return how it ended, once the Door is idle again: finish, stop, abort or exception.

        Raises
        ------
        MacroError
            It did not end within the limit, or the Door is still busy with it.
        """
        limit = time.monotonic() + limit_s
        while not self.is_over():
            if time.monotonic() > limit:
                raise MacroError(
                    f"{self._name} did not end within {limit_s:g} s; last seen: {self._status}, "
                    f"the Door is {self.door.state() or 'silent'}"
                )
        return self._end()

    def is_over(self) -> bool:
        """Look for a moment whether the Door is idle, and has said the last word or will say none."""
        with self.door.heard:
            told = self.door.heard.wait_for(lambda: self.macro_id in self.door.settled, LOOK_S)
        state = self.door.state()
        if told:
            return not _is_busy(state)
        return self._is_silent(state, time.monotonic())

    def _is_silent(self, state: tango.DevState | None, now: float) -> bool:
        """Tell whether the Door has been idle for so long that no word of its end will come."""
        self._has_begun = self._has_begun or state not in {self._before, None}
        if _is_busy(state):
            self._idle_since = None
            return False
        self._idle_since = self._idle_since or now
        return now - self._idle_since > self._patience_s

    @property
    def _patience_s(self) -> float:
        if self._status:
            return LAST_WORD_S
        return SILENCE_S if self._has_begun else UNSEEN_S

    def _end(self) -> str:
        """Return the last word of the Door's events, else what its state says."""
        if (said := self._status.get("state")) in FINAL:
            return str(said)
        return "exception" if self.door.state() == tango.DevState.ALARM else "finish"

    @property
    def _status(self) -> dict[str, Any]:
        return self.door.statuses.get(self.macro_id, {})


def _is_busy(state: tango.DevState | None) -> bool:
    """Take a Door that does not answer for one that runs a macro."""
    return state is None or state in BUSY


def _id_of(answer: str) -> str:
    """Return the id in the XML with which a Door answers ``RunMacro``."""
    root = ElementTree.fromstring(answer)  # noqa: S314 (the Door's own text)
    macro = root if root.tag == "macro" else root.find("macro")
    if macro is None:
        raise MacroError(f"the Door did not say which macro it started: {answer}")
    return macro.attrib["id"]
