"""The process of a device server of ours: how it runs and how it ends."""

import logging
import sys

import tango
from tango.server import Device, run

from scifish.leaving import leave_at_once
from scifish.repeats import log_to_stderr


class Ending:
    """Ends a server's process as soon as its last device has stopped.

    After that cppTango frees the devices, then its event consumer, then its connections, while our
    daemon threads may be in a client call or may push an event: they crash in what was freed. A
    device that has stopped has written all it had to write, so nothing is left to wait for.
    """

    def __init__(self) -> None:
        self._living: set[str] = set()
        self._in_charge = False

    def take_charge(self) -> None:
        """Say that every device of this process tells of its begin and its stop."""
        self._in_charge = True

    def began(self, device: str) -> None:
        """Remember a device that has begun."""
        self._living.add(device)

    def stopped(self, device: str) -> None:
        """Forget a device that has stopped; the last one of a server that shuts down ends the process."""
        self._living.discard(device)
        if self._in_charge and not self._living and tango.Util.instance().is_svr_shutting_down():
            leave_at_once(0)


ENDING = Ending()
"""Of this process."""


def serve(device_class: type[Device], name: str) -> None:
    """Run a server of our devices until it is told to end.

    Parameters
    ----------
    name
        The server's name in the Tango database, whatever the command is called.
    """
    log_to_stderr(logging.WARNING)
    ENDING.take_charge()
    try:
        run((device_class,), args=[name, *sys.argv[1:]], raises=True)
    except tango.DevFailed as error:
        sys.exit(f"{name} cannot start: {error.args[0].desc.strip()}")
    except RuntimeError as error:  # of omniORB, which has said why
        sys.exit(f"{name} cannot start: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
