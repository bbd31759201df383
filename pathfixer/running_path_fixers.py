"""Which PathFixers the Tango database says are running."""

import tango

CLASS = "PathFixer"


def running_path_fixers() -> list[str]:
    """Return their names; none when the database does not answer. May take seconds."""
    try:
        return list(tango.Database().get_device_exported_for_class(CLASS))
    except tango.DevFailed:
        return []
