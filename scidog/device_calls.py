"""Calls to one Tango device, its failures told as errors of this room."""

from collections.abc import Callable
from typing import Any

import tango

from scidog.errors import NoAnswerError, ScidogError, error_from_text
from scifish.tango_connection import OF_TANGO_S, Connection

BUSY = "JobRefusedError"
OF_TANGO = ("API_", "DB_")
"""Reasons that begin so are TANGO's own: the device, or the database, was not reached."""


class BusyError(ScidogError):
    """A job of this kind is running on the device; it will end."""


class DeviceCalls:
    """A proxy that is made when it is first needed.

    Parameters
    ----------
    device
        Its Tango name.
    answer_s
        How long it may take to answer one call.
    """

    def __init__(self, device: str, answer_s: float = OF_TANGO_S) -> None:
        self.device = device
        self._answer_s = answer_s
        self._connection = Connection(device)

    def attributes(self, *names: str) -> list[Any]:
        """Return the values of attributes, read in one call; raises when any could not be read."""
        return self.call(lambda proxy: [_value(item) for item in proxy.read_attributes(list(names))])

    def command(self, name: str, argument: str) -> str:
        """Return what a command returned; raises BusyError when its job runs already."""
        return str(self.call(lambda proxy: proxy.command_inout(name, argument)))

    def write(self, name: str, value: str) -> None:
        """Write an attribute."""
        self.call(lambda proxy: proxy.write_attribute(name, value))

    def call(self, function: Callable[[tango.DeviceProxy], Any]) -> Any:
        """Do something with the proxy; raises NoAnswerError, or the error that the device told."""
        try:
            return function(self._connection.limited(self._answer_s))
        except tango.DevFailed as error:
            raise self._told(error) from None

    def _told(self, error: tango.DevFailed) -> ScidogError:
        cause = error.args[0]
        if cause.reason == BUSY:
            return BusyError(cause.desc)
        if cause.reason.startswith(OF_TANGO):
            return NoAnswerError(f"{self.device} does not answer: {cause.desc.splitlines()[0]}")
        return error_from_text(f"{cause.reason}: {cause.desc}")


def _value(item: tango.DeviceAttribute) -> Any:
    if item.has_failed:
        raise tango.DevFailed(*item.get_err_stack())
    return item.value
