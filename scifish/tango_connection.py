"""A device's proxy in a process that must go on while the device does not answer."""

import threading

import tango

OF_TANGO_S = 3.0
"""Longest call of a proxy on which nothing else was set."""


class Connection:
    """Makes a proxy at the first call, which may block its thread for seconds.

    Several threads may use it as long as all want one limit: Tango makes those wait that would set
    another one while a call is under way, and every thread of the process with them.

    Parameters
    ----------
    device
        Tango name.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._proxy: tango.DeviceProxy | None = None
        self._limit_s = OF_TANGO_S
        self._lock = threading.RLock()

    def proxy(self) -> tango.DeviceProxy:
        """Return the proxy, whether or not the device answers; raises DevFailed.

        For subscriptions, which wait for a device that is away by themselves. End them before the
        last reference to it goes: cppTango may crash else.
        """
        with self._lock:
            if self._proxy is None:
                self._proxy = tango.DeviceProxy(self._device)
            return self._proxy

    def limited(self, limit_s: float) -> tango.DeviceProxy:
        """Return the proxy, whose calls end after a limit once it is connected; raises DevFailed.

        ``set_timeout_millis`` connects where nothing is connected, and stops every thread of the
        process meanwhile: a frozen server does so for 3 s (``docs/decisions/0089``).
        """
        proxy = self.proxy()
        with self._lock:
            if limit_s != self._limit_s:
                proxy.ping()
                proxy.set_timeout_millis(round(limit_s * 1000))
                self._limit_s = limit_s
        return proxy
