"""A device of the tests with threads that never rest: they make proxies, drop them, and push events."""

import itertools
from collections.abc import Callable

import tango
from tango import DevState

from tango_devices.base import ScizooDevice, published
from tango_devices.process import serve
from tango_devices.properties import Properties


class RestlessProperties(Properties):
    """How many threads make proxies all the time."""

    connecting: int = 0


class Restless(ScizooDevice):
    """Like SciFish, which looks after its devices and Doors while it is told to end."""

    Model = RestlessProperties

    Rounds = published(int, 0, doc="how often it has pushed an event in this life")

    def start(self, properties: RestlessProperties) -> None:
        """Let the threads loose; like a call to a dead device, nothing stops them."""
        self._name, self._rounds = self.get_name(), itertools.count(1)
        self.publish_state(DevState.ON, "restless")
        for work in (self._tell_rounds, *([self._connect] * properties.connecting)):
            self.in_background(_for_ever(work))

    def _tell_rounds(self) -> None:
        self.publish("Rounds", next(self._rounds))

    def _connect(self) -> None:
        tango.DeviceProxy(self._name)


def _for_ever(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        for _ in itertools.repeat(None):
            work()

    return run


if __name__ == "__main__":
    serve(Restless, "Restless")
