"""Which device a command means."""

import tango


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
        found = list(tango.Database().get_device_name("*", device_class))
    except tango.DevFailed as error:
        host = tango.ApiUtil.get_env_var("TANGO_HOST")
        reason = str(error.args[0].desc).splitlines()[0]
        raise FindError(f"the Tango database {host} does not answer: {reason}") from None
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise FindError(f"the Tango database knows no device of class {device_class}: start one, or name it")
    raise FindError(f"which {device_class}? name one of: {', '.join(sorted(found))}")
