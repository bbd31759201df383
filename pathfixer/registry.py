"""What the Tango database says of devices, without asking them."""

from scifish.errors import NoDatabaseError
from scifish.tango_database import info_of, running_devices_of

CLASS = "PathFixer"


def running_path_fixers() -> list[str]:
    """Return the PathFixers that are running; none when the database does not answer. May take seconds."""
    try:
        return running_devices_of(CLASS)
    except NoDatabaseError:
        return []


def has_signed_off(device: str) -> bool:
    """Tell whether a device's server has ended in order, or never ran; false when that is not known.

    May take seconds.
    """
    try:
        return not info_of(device).exported
    except NoDatabaseError:
        return False


def process_of(device: str) -> int | None:
    """Return the id of a device's process, on its host; none when that is not known. May take seconds."""
    try:
        return info_of(device).pid
    except NoDatabaseError:
        return None
