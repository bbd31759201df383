"""Our devices, found by class in the Tango database."""

import tango

CLASSES = ("PathFixer", "SciDog", "SciFish", "SciFly")


def find_devices(beamline: str | None) -> dict[str, list[str]]:
    """Return the devices of each class, those of one beamline when it is given."""
    database = tango.Database()
    found = {name: [str(device) for device in database.get_device_name("*", name)] for name in CLASSES}
    if beamline is None:
        return found
    return {
        name: [device for device in devices if beamline_of(database, device) in (beamline, None)]
        for name, devices in found.items()
    }


def beamline_of(database: tango.Database, device: str) -> str | None:
    """Return a device's property ``Beamline``; None when it has none."""
    lines = database.get_device_property(device, "Beamline")["Beamline"]
    return str(lines[0]) if lines else None
