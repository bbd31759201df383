"""The command ``scidog [DEVICE]``: opens the window for a SciDog device."""

import getpass
import os
import signal
import sys

import click

from config_gui.find_dog import FindError, find_dog
from scifish.state_folder import host_name


@click.command()
@click.argument("device", required=False)
def main(device: str | None) -> None:
    """Choose what is captured with each scan.

    DEVICE is the Tango name of a SciDog; it may be left out where there is only one.
    """
    try:
        found = find_dog(device)
    except FindError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(run(found))


def run(device: str) -> int:
    """Open the window and return when it was closed."""
    os.environ.setdefault("QT_API", "pyqt5")  # Taurus chooses the binding when it is imported
    os.environ.setdefault("QT_API", "pyqt5")  # Taurus chooses the binding when it is imported
    from taurus.qt.qtgui.application import TaurusApplication

    from config_gui.views.style import dress
    from config_gui.views.window import SciDogWindow

    app = TaurusApplication(["scidog"], app_name="scidog", cmd_line_parser=None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the terminal ends it, also while Qt waits
    dress(app)
    window = SciDogWindow(device, f"{getpass.getuser()}@{host_name()}")
    window.show()
    return int(app.exec_())


if __name__ == "__main__":
    main()
