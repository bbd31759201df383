"""What the commands of this room have in common: finding the device, and running a window for it."""

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from config_gui.find_device import FindError, find_device
from scifish.leaving import leave_at_once

if TYPE_CHECKING:
    from taurus.external.qt import Qt


def open_window(
    name: str, device_class: str, device: str | None, make: "Callable[[str], Qt.QWidget]"
) -> None:
    """Open a command's window and end the process when it is closed.

    Parameters
    ----------
    name
        Of the command.
    device_class, device
        What the window is for; none for the only device of that class.
    make
        Makes the window for a device; Qt may be imported in there, not before.

    Raises
    ------
    click.ClickException
        The device cannot be found.
    """
    try:
        found = find_device(device_class, device)
    except FindError as error:
        raise click.ClickException(str(error)) from None
    leave_at_once(_run(name, lambda: make(found)))


def _run(name: str, make: "Callable[[], Qt.QWidget]") -> int:
    os.environ.setdefault("QT_API", "pyqt5")  # Taurus chooses the binding when it is imported
    from taurus.qt.qtgui.application import TaurusApplication

    from config_gui.views.style import dress

    app = TaurusApplication([name], app_name=name, cmd_line_parser=None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the terminal ends it, also while Qt waits
    dress(app)
    window = make()
    window.show()
    return int(app.exec_())
