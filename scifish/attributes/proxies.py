"""One device as the reader knows it: its proxy, its server, what its attributes say of themselves.

Everything here may block for seconds when a device server is frozen, and is called only from the
reader's background threads, one call per device at a time.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timezone

import tango

from scifish.errors import NoDatabaseError, UnknownDeviceError
from scifish.tango_connection import OF_TANGO_S, Connection
from scifish.tango_database import info_of
from scifish.tango_errors import reason_of_attribute, reason_of_call
from scifish.tango_values import Configuration, PlainReading

CONFIGURATION_AGE_S = 60.0
"""Units and enum labels older than this are asked for again before they are used."""

Answer = PlainReading | str
"""A reading, or in words why there is none."""


class SilentDeviceError(Exception):
    """The device did not answer a call; the text says why, for people."""


class Device:
    """A device with its persistent proxy, made at the first call.

    Attributes
    ----------
    name
        Tango name.
    server
        Its device server as the Tango database tells; empty before ``find_server``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.server = ""
        self._connection = Connection(name)
        self._configurations: dict[str, Configuration] = {}
        self._configured_at = float("-inf")

    def find_server(self) -> None:
        """Ask the database which server the device belongs to; a device it does not know is its own.

        Raises
        ------
        SilentDeviceError
            The database does not answer; the next call asks again.
        """
        try:
            self.server = info_of(self.name).server
        except UnknownDeviceError:
            self.server = self.name
        except NoDatabaseError as error:
            raise SilentDeviceError(str(error)) from None

    def read(self, attributes: list[str], limit_s: float = OF_TANGO_S) -> dict[str, Answer]:
        """Read attributes in one call, which a device that answers at all ends within the limit.

        Raises
        ------
        SilentDeviceError
            Not one of them, because the device does not answer.
        """
        try:
            return self._read(attributes, limit_s)
        except tango.DevFailed as error:
            self._configured_at = float("-inf")  # whatever comes back may have been configured anew
            raise SilentDeviceError(reason_of_call(error.args)) from None

    def configuration(self, attribute: str) -> Configuration:
        """Return unit and enum labels as of the last ``read``, at most a minute old."""
        return self._configurations.get(attribute, Configuration())

    def _read(self, attributes: list[str], limit_s: float) -> dict[str, Answer]:
        proxy = self._connection.limited(limit_s)
        readings = proxy.read_attributes(attributes)
        self._configure(proxy, attributes)
        return {name: _plain(reading) for name, reading in zip(attributes, readings, strict=True)}

    def _configure(self, proxy: tango.DeviceProxy, attributes: list[str]) -> None:
        fresh = time.monotonic() - self._configured_at < CONFIGURATION_AGE_S
        if fresh and self._configurations.keys() >= set(attributes):
            return
        wanted = self._configurations.keys() | attributes
        self._configurations = dict.fromkeys(wanted, Configuration()) | _ask(proxy, sorted(wanted))
        self._configured_at = time.monotonic()


def _ask(proxy: tango.DeviceProxy, attributes: list[str]) -> dict[str, Configuration]:
    try:
        told: Iterable[tango.AttributeInfoEx] = proxy.get_attribute_config_ex(attributes)
    except tango.DevFailed as error:
        if error.args[0].reason != "API_AttrNotFound":
            raise
        told = proxy.attribute_list_query_ex()  # one unknown name refuses the whole list above
    return {info.name.lower(): Configuration(info.unit, tuple(info.enum_labels)) for info in told}


def _plain(reading: tango.DeviceAttribute) -> Answer:
    if reading.has_failed:
        return reason_of_attribute(reading.get_err_stack())
    stamp = reading.time  # made anew at each look, the dearest part of a reading
    return PlainReading(
        value=reading.value,
        type=reading.type.name,
        format=reading.data_format.name,
        quality=reading.quality.name.removeprefix("ATTR_"),
        time=datetime.fromtimestamp(stamp.tv_sec + stamp.tv_usec * 1e-6, timezone.utc),
    )
