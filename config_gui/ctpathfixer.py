"""The command ``ctpathfixer [DEVICE]``: opens the panel of a PathFixer in a window of its own."""

from typing import Any

import click

from config_gui.application import open_window


@click.command()
@click.argument("device", required=False)
def main(device: str | None) -> None:
    """Say who measures, for which proposal, and so where the data goes.

    DEVICE is the Tango name of a PathFixer; it may be left out where there is only one.
    """
    open_window("ctpathfixer", "PathFixer", device, _window)


def _window(device: str) -> Any:
    from config_gui.views.path_fixer_window import PathFixerWindow

    return PathFixerWindow(device)


if __name__ == "__main__":
    main()
