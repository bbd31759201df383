"""Devices of the trial beamline that start anew."""

from tests.bad_days.harness.limits import INIT_S
from tests.devices import device


def init(name: str) -> None:
    """Let a device start anew, with the properties that it has now."""
    proxy = device(name)
    proxy.set_timeout_millis(int(INIT_S * 1000))
    proxy.Init()
