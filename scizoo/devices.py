"""Our devices, found by class in the Tango database; what asks it raises NoDatabaseError."""

import os

from scifish.errors import NoDatabaseError
from scifish.tango_database import devices_of, property_of
from scifish.tango_errors import DATABASE_SILENT
from scizoo.asking import reason

CLASSES = ("PathFixer", "SciDog", "SciFish", "SciFly")


def find_devices(beamline: str | None) -> dict[str, list[str]]:
    """Return the devices of each class, those of one beamline when it is given."""
    found = {name: devices_of(name) for name in CLASSES}
    if beamline is None:
        return found
    return {
        name: [device for device in devices if property_of(device, "Beamline") in (beamline, None)]
        for name, devices in found.items()
    }


def no_such_beamline(beamline: str) -> str | None:
    """Return in words that no device is of this beamline, and which there are; None when there is one."""
    devices = (device for name in CLASSES for device in devices_of(name))
    known = {name for name in (property_of(device, "Beamline") for device in devices) if name}
    if beamline in known:
        return None
    there_is = ", ".join(sorted(known)) or "none"
    return f"no device in the Tango database is of beamline {beamline!r} (there is: {there_is})"


def tango_host() -> str:
    """Return where the Tango database is, for people."""
    return os.environ.get("TANGO_HOST", "TANGO_HOST is not set")


def why_silent(error: Exception) -> str:
    """Return in one line why the database told nothing."""
    return str(error) if isinstance(error, NoDatabaseError) else f"{DATABASE_SILENT}: {reason(error)}"
