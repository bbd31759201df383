"""What the Tango database says of devices, without asking them."""

import tango

CLASS = "PathFixer"


def running_path_fixers() -> list[str]:
    """Return the PathFixers that are running; none when the database does not answer. May take seconds."""
    try:
        return list(tango.Database().get_device_exported_for_class(CLASS))
    except tango.DevFailed:
        return []


def has_signed_off(device: str) -> bool:
    """Tell whether a device's server has ended in order, or never ran; false when that is not known.

    May take seconds.
    """
    try:
        return not tango.Database().get_device_info(device).exported
    except tango.DevFailed:
        return False
