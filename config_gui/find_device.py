"""Which device a command means."""

import tango

from scifish.errors import NoDatabaseError
from scifish.tango_database import devices_of


class FindError(Exception):
    """There is none, or more than one to choose from; the text says what to do."""


def find_device(device_class: str, device: str | None) -> str:
    """Return the device that was named, else the only one of its class in the Tango database.

    Raises
    ------
    FindError
        When the database does not answer, or the choice is not clear.
    """
    if device:
        return device
    try:
        found = devices_of(device_class)
    except NoDatabaseError as error:
        host = tango.ApiUtil.get_env_var("TANGO_HOST") or "not set"
        raise FindError(f"{error}; TANGO_HOST is {host}") from None
    if len(found) == 1:
        return found[0]
    if not found:
        raise FindError(f"the Tango database knows no device of class {device_class}: start one, or name it")
    raise FindError(f"which {device_class}? name one of: {', '.join(sorted(found))}")
