"""An attribute of any device, written with a text whatever its type."""

from collections.abc import Callable
from typing import Any

import tango

from pathfixer.errors import ListenerError
from pathfixer.sardana import reason_of
from scifish.tango_connection import Connection

_WORDS = {"true": True, "1": True, "false": False, "0": False, "": False}


class TangoAttribute:
    """One attribute; its proxy is made on first use, by the thread that uses it.

    Parameters
    ----------
    name
        ``domain/family/member/attribute``.
    """

    def __init__(self, name: str) -> None:
        device, _, self._attribute = name.rpartition("/")
        self._connection = Connection(device)

    def read(self) -> tuple[str, ...]:
        """Return what it reads, and what was last written there, as texts; nothing when write-only."""
        try:
            proxy = self._connection.proxy()
            if self._configuration(proxy).writable == tango.AttrWriteType.WRITE:
                return ()
            found = proxy.read_attribute(self._attribute)
        except tango.DevFailed as error:
            raise ListenerError(f"cannot be read: {reason_of(error)}") from None
        return tuple(str(value) for value in (found.value, found.w_value) if value is not None)

    def write(self, value: str) -> None:
        """Write it, as the attribute's own type; raises ListenerError."""
        try:
            proxy = self._connection.proxy()
            convert = _CONVERSIONS.get(self._configuration(proxy).data_type, str)
            proxy.write_attribute(self._attribute, convert(value))
        except tango.DevFailed as error:
            raise ListenerError(f"cannot be written: {reason_of(error)}") from None
        except (ValueError, KeyError, UnicodeError) as error:
            raise ListenerError(f"cannot take {value!r}: {error}") from None

    def _configuration(self, proxy: tango.DeviceProxy) -> tango.AttributeInfoEx:
        return proxy.get_attribute_config(self._attribute)


_INTEGERS = ("DevShort", "DevLong", "DevLong64", "DevUShort", "DevULong", "DevULong64", "DevUChar", "DevEnum")
_CONVERSIONS: dict[Any, Callable[[str], Any]] = {
    tango.CmdArgType.DevBoolean: lambda text: _WORDS[text.lower()],
    tango.CmdArgType.DevFloat: float,
    tango.CmdArgType.DevDouble: float,
    **{getattr(tango.CmdArgType, name): int for name in _INTEGERS},
}
