"""Devices in tests, asked with more patience than Tango's own 3 s: the machine may be busy."""

import tango

from scizoo.services.device_server import BUSY_LIMIT_MS

ANSWER_S = BUSY_LIMIT_MS / 1000


def device(name: str) -> tango.DeviceProxy:
    """Return a proxy that waits for a busy machine."""
    proxy = tango.DeviceProxy(name)
    proxy.set_timeout_millis(BUSY_LIMIT_MS)
    return proxy
