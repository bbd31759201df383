"""A Sardana Pool from the outside: controllers and elements that stay in the Tango database."""

import tango

from scizoo.services.device_server import connect
from scizoo.services.errors import ServiceError

CREATE_LIMIT_MS = 60_000
"""What a creation may take; it writes a dozen properties into the Tango database."""


class Pool:
    """Makes what is not there yet.

    The Pool's own commands are used instead of Sardana's macros (``sar_demo``, ``defelem``): those
    wait 1.5 s for the MacroServer to hear of the new element, then go on without it, and
    ``sar_demo`` finishes as if all were well, for ever half done.
    """

    def __init__(self, tango_host: str, name: str) -> None:
        self._database = connect(tango_host)
        self._proxy = tango.DeviceProxy(f"tango://{tango_host}/{name}")
        self._proxy.set_timeout_millis(CREATE_LIMIT_MS)

    def controller(self, kind: str, class_name: str, name: str) -> None:
        """Make a controller of a class whose library bears its name.

        Parameters
        ----------
        kind
            What it controls, in Sardana's words: ``Motor``, ``CTExpChannel``, ``TwoDExpChannel`` …
        """
        self._create("CreateController", name, kind, f"{class_name}.py", class_name, name)

    def element(self, kind: str, controller: str, axis: int, name: str) -> None:
        """Make the element of an axis, counted from 1."""
        self._create("CreateElement", name, kind, controller, str(axis), name)

    def measurement_group(self, name: str, *channels: str) -> None:
        """Make a measurement group; its first channel is the timer."""
        self._create("CreateMeasurementGroup", name, name, *channels)

    def _create(self, command: str, name: str, *words: str) -> None:
        if self.has(name):
            return
        try:
            self._proxy.command_inout(command, list(words))
        except tango.DevFailed as error:
            reason = error.args[0].desc.strip()
            raise ServiceError(f"{self._proxy.dev_name()} {command} {' '.join(words)}: {reason}") from None

    def has(self, name: str) -> bool:
        """Tell whether the Tango database has it: Sardana makes it again from there at each start."""
        try:
            self._database.get_device_from_alias(name)
        except tango.DevFailed:
            return False
        return True
