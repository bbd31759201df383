"""Devices of the trial beamline, asked with more patience than Tango's own 3 s: the machine may be busy."""

import tango

from scizoo.services.device_server import BUSY_LIMIT_MS
from tests.bad_days.harness.limits import INIT_S


def device(name: str) -> tango.DeviceProxy:
    """Return a proxy that waits for a busy machine."""
    proxy = tango.DeviceProxy(name)
    proxy.set_timeout_millis(BUSY_LIMIT_MS)
    return proxy


def init(name: str) -> None:
    """Let a device start anew, with the properties that it has now."""
    proxy = device(name)
    proxy.set_timeout_millis(int(INIT_S * 1000))
    proxy.Init()
