"""Properties of a PathFixer device, e.g. ``Beamline``, ``MacroServers``, ``UserOfficeSettings``."""

from pathfixer.config import Config
from tango_devices.properties import Properties


class PathFixerProperties(Properties, Config):
    """The fields of ``pathfixer.config.Config`` under their Tango names."""
