"""Names in the Tango database: every device at once, the attributes of one device when asked.

Both may wait, and belong on a worker thread: a device whose process is frozen takes Tango 3 to 6 s
to give up on (measured).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import tango

from config_gui.models.shown import Shown, Tone
from scifish.errors import NoDatabaseError
from scifish.tango_database import devices_of

UNIT_NOT_SET = {"", "No unit", "Not specified"}
HIDDEN_DOMAIN = "dserver"


@dataclass(frozen=True)
class AttributeName:
    """An attribute as the tree and the form need it; ``unit`` empty when it has none."""

    device: str
    name: str
    unit: str = ""
    label: str = ""


class NoNamesError(Exception):
    """The database or the device did not tell its names; the text says why."""


def all_devices() -> list[str]:
    """Return the names of all devices in the database, in alphabetical order.

    Raises
    ------
    NoNamesError
        When the database does not answer.
    """
    try:
        names = devices_of("*")
    except NoDatabaseError as error:
        raise NoNamesError(str(error)) from None
    return sorted({name.lower() for name in names if not name.lower().startswith(f"{HIDDEN_DOMAIN}/")})


def attributes_of(device: str) -> list[AttributeName]:
    """Return the attributes of a device, in alphabetical order.

    Raises
    ------
    NoNamesError
        When it does not answer: not running, or its process is frozen.
    """
    try:
        found = tango.DeviceProxy(device).attribute_list_query()
    except tango.DevFailed as error:
        raise NoNamesError(f"does not answer: {_first_line(error)}") from None
    names = [AttributeName(device, item.name.lower(), _unit(item.unit), item.label) for item in found]
    return sorted(names, key=lambda item: item.name)


def matching(devices: Iterable[str], words: str) -> list[str]:
    """Return the devices whose names hold all the words that were typed."""
    wanted = words.lower().split()
    return [device for device in devices if all(word in device for word in wanted)]


def failure_shown(text: str) -> Shown:
    """Return how a device that told no attributes is shown in the tree."""
    return Shown(f"✗ {text}", Tone.BAD, text)


def _unit(unit: str) -> str:
    return "" if unit in UNIT_NOT_SET else unit


def _first_line(error: tango.DevFailed) -> str:
    return str(error.args[0].desc).splitlines()[0]
