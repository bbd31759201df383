"""The command ``ctpathfixer [DEVICE]``: opens the panel of a PathFixer in a window of its own."""

from typing import Any

import click

from config_gui.application import open_window


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("device", required=False)
def main(device: str | None) -> None:
    """Say who measures, for which proposal, and so where the data goes.

    DEVICE is the Tango name of a PathFixer; it may be left out where there is only one.

    \b
    Example:
      ctpathfixer b311a-e02/ctl/sdm-01
    """
    open_window("ctpathfixer", "PathFixer", device, _window)


def _window(device: str) -> Any:
    from config_gui.views.path_fixer_window import PathFixerWindow

    return PathFixerWindow(device)


if __name__ == "__main__":
    main()
