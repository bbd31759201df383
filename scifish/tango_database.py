"""What the Tango database knows, asked without stopping this process.

pytango holds the interpreter's lock in every method of ``tango.Database``, for a minute and more
while the database is frozen, and raises RuntimeError where a connection breaks. The constructor holds
no lock and gives up after 9 s, and a command to the database's own device holds none either
(``docs/decisions/0089``).
"""

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import tango

from scifish.errors import NoDatabaseError, UnknownDeviceError
from scifish.tango_errors import DATABASE_SILENT, reason_of_attribute, reason_of_call

Result = TypeVar("Result")

NOT_DEFINED = "DB_DeviceNotDefined"


@dataclass(frozen=True)
class DeviceInfo:
    """What the database knows of a device.

    Attributes
    ----------
    exported
        Its server has started and has not signed off; it may have been killed since.
    pid
        Of the process, on its host; none when it is not known.
    server
        ``executable/instance``.
    """

    exported: bool
    pid: int | None
    server: str


def info_of(device: str) -> DeviceInfo:
    """Return what is known of a device; raises UnknownDeviceError or NoDatabaseError."""
    return _ask("DbGetDeviceInfo", device, _info)


def devices_of(device_class: str) -> list[str]:
    """Return the devices of a class, or of all for ``*``, running or not; raises NoDatabaseError."""
    return _ask("DbGetDeviceList", ["*", device_class], _names)


def running_devices_of(device_class: str) -> list[str]:
    """Return the devices of a class that are exported; raises NoDatabaseError."""
    return _ask("DbGetExportdDeviceListForClass", device_class, _names)


def properties_of(device: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Return properties as their lines, empty where there is none; raises NoDatabaseError."""
    return _ask("DbGetDeviceProperty", [device, *names], _properties)


def property_of(device: str, name: str) -> str | None:
    """Return the first line of a property, None where there is none; raises NoDatabaseError."""
    lines = properties_of(device, [name])[name]
    return lines[0] if lines else None


def _info(answer: Any) -> DeviceInfo:
    (exported, pid), (_name, _address, _version, server, *_) = answer
    return DeviceInfo(bool(exported), int(pid) if pid > 0 else None, str(server))


def _names(answer: Any) -> list[str]:
    return [str(name) for name in answer]


def _properties(answer: Any) -> dict[str, list[str]]:
    _device, _number, *told = map(_text, answer)
    return dict(_taken_apart(iter(told)))


def _taken_apart(told: Iterator[str]) -> Iterator[tuple[str, list[str]]]:
    """Take apart name, number of lines, lines; for none the database puts a blank."""
    for name in told:
        number = int(next(told))
        lines = [next(told) for _ in range(number or 1)]
        yield name, lines if number else []


def _text(told: str) -> str:
    """Return what was written: commands decode as Latin-1, and pytango writes properties as UTF-8."""
    with suppress(UnicodeDecodeError):
        return told.encode("latin-1").decode()
    return told


def _ask(command: str, argument: Any, understood: Callable[[Any], Result]) -> Result:
    try:
        name = tango.Database().dev_name()
        answer = _database(name, os.environ.get("TANGO_HOST")).command_inout(command, argument)
    except tango.DevFailed as error:
        raise _told(error) from None
    except RuntimeError as error:
        raise NoDatabaseError(f"{DATABASE_SILENT}: {error}") from None
    try:
        return understood(answer)
    except (TypeError, ValueError, RuntimeError) as error:
        raise NoDatabaseError(f"the Tango database answers {command} with nonsense: {error}") from None


def _told(error: tango.DevFailed) -> NoDatabaseError:
    """Return what went wrong, in one line."""
    text = reason_of_attribute(error.args)
    if any(cause.reason == NOT_DEFINED for cause in error.args):
        return UnknownDeviceError(text)
    said = reason_of_call(error.args)
    return NoDatabaseError(f"{said}: {text}" if said == DATABASE_SILENT else f"the Tango database: {said}")


@functools.cache
def _database(name: str, _host: str | None) -> tango.DeviceProxy:
    """Return the proxy of a TANGO_HOST, which may name several; only a name without a host tries them all."""
    return tango.DeviceProxy(name)
