"""The command ``scidog [DEVICE]``: opens the window for a SciDog device."""

import getpass
from typing import Any

import click

from config_gui.application import open_window
from scifish.state_folder import host_name


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("device", required=False)
def main(device: str | None) -> None:
    """Choose what is captured with each scan.

    DEVICE is the Tango name of a SciDog; it may be left out where there is only one.

    \b
    Example:
      scidog b311a/ctl/scidog-01
    """
    open_window("scidog", "SciDog", device, _window)


def _window(device: str) -> Any:
    from config_gui.views.window import SciDogWindow

    return SciDogWindow(device, f"{getpass.getuser()}@{host_name()}")


if __name__ == "__main__":
    main()
