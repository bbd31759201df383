"""A Door in tests: one subscription for its whole life, and the Door's state where events fail.

Sardana tells nothing of a macro that it refused before its start, and an event that is sent right
after a subscription can be lost: then the Door's state is the answer.
"""

import json
import threading
import time
from xml.etree import ElementTree

import tango

from tests.waiting import wait_for

BUSY = (tango.DevState.RUNNING, tango.DevState.STANDBY)
FINAL = ("finish", "stop", "abort", "exception")
SILENCE_S = 0.5
"""A Door that is idle for so long without a word about the macro has no word to say."""


class Door:
    """Runs macros by the id that the Door gives them."""

    def __init__(self, name: str) -> None:
        self.proxy = tango.DeviceProxy(name)
        self.heard = threading.Condition()
        self.statuses: dict[str, dict] = {}
        self.ended_at: dict[str, float] = {}
        wait_for(self._subscribed, 10, f"a subscription to {name}")

    def begin(self, macro: str, *parameters: object) -> "Run":
        """Start a macro."""
        wait_for(lambda: self.proxy.State() not in BUSY, 30, f"{self.proxy.dev_name()} idle")
        began_at = time.monotonic()
        (answer,) = self.proxy.RunMacro([macro, *(str(parameter) for parameter in parameters)])
        root = ElementTree.fromstring(answer)  # noqa: S314 - the Door's own text
        element = root if root.tag == "macro" else root.find("macro")
        return Run(self, element.attrib["id"], began_at)

    def run(self, macro: str, *parameters: object, limit_s: float = 20) -> "Run":
        """Run a macro that is expected to finish."""
        run = self.begin(macro, *parameters)
        end = run.wait(limit_s)
        assert end == "finish", f"{macro} ended by {end}: {run.error}"
        return run

    def said(self, channel: str = "Output") -> str:
        """Return what the last macro said: Output, Warning or Error."""
        return "\n".join(getattr(self.proxy, channel) or ())

    def _subscribed(self) -> bool:
        """Subscribe; TANGO refuses to connect again within a second of a failure, as after a restart."""
        try:
            self.proxy.subscribe_event("MacroStatus", tango.EventType.CHANGE_EVENT, self._hear)
        except tango.DevFailed:
            return False
        return True

    def _hear(self, event: tango.EventData) -> None:
        if event.err or not event.attr_value.value or not event.attr_value.value[1]:
            return
        with self.heard:
            for status in json.loads(event.attr_value.value[1]):
                self.statuses[str(status.get("id"))] = status
                if status.get("state") in FINAL:
                    self.ended_at.setdefault(str(status.get("id")), time.monotonic())
            self.heard.notify_all()


class Run:
    """A macro on its way."""

    def __init__(self, door: Door, macro_id: str, began_at: float) -> None:
        self.door, self.macro_id, self.began_at = door, macro_id, began_at

    @property
    def error(self) -> str:
        """What it raised."""
        return str(self._status.get("exc_value") or self.door.said("Error"))

    def wait(self, limit_s: float) -> str:
        """Return how it ended, once the Door is idle again."""
        wait_for(self._is_over, limit_s, f"the end of macro {self.macro_id}, {self._status}")
        wait_for(lambda: self.door.proxy.State() not in BUSY, limit_s, "an idle Door")
        idle = "exception" if self.door.proxy.State() == tango.DevState.ALARM else "finish"
        return self._status.get("state") if self._status.get("state") in FINAL else idle

    @property
    def duration_s(self) -> float:
        """What it took until the Door told its end, else until now."""
        return self.door.ended_at.get(self.macro_id, time.monotonic()) - self.began_at

    def _is_over(self) -> bool:
        with self.door.heard:
            if self.door.heard.wait_for(lambda: self._status.get("state") in FINAL, SILENCE_S):
                return True
        return self.door.proxy.State() not in BUSY

    @property
    def step(self) -> float:
        """Progress in percent, as last heard."""
        return float(self._status.get("step", 0))

    @property
    def _status(self) -> dict:
        return self.door.statuses.get(self.macro_id, {})
