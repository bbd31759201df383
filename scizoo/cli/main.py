"""``scizoo``: see, check and run the beamline's side of the catalogue.

Exit codes of every subcommand: 0 all good, 1 something is red, 2 wrong usage.
"""

import importlib
import sys
from collections.abc import Callable
from typing import NoReturn

import click

from scifish.leaving import leave_at_once

COMMANDS = ("demo", "status", "check", "path", "visit", "office", "groups", "services")


class LazyGroup(click.Group):
    """Loads a subcommand when it is used, so that ``scizoo path`` needs no Tango."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the subcommand of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"scizoo.cli.{cmd_name}").command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scizoo")
def main() -> None:
    """Metadata capture inside the control system, as it stands now.

    \b
    Examples:
      scizoo status            the newest captures and where each of them is
      scizoo check             is everything ready to measure, and if not: what to do
      scizoo demo              the whole flow on this machine, with a simulated beamline

    Exit codes: 0 all good, 1 something is red, 2 wrong usage.
    """


def run(command: Callable[[], object] = main) -> NoReturn:
    """Run the command line, and end with its exit code whatever its threads still do.

    A device that has not answered in time leaves a thread in TANGO. Should it come back while Python ends,
    it takes the process down with SIGABRT, and the exit code with it.
    """
    code: object = 0
    try:
        command()
    except SystemExit as end:
        code = end.code
    except Exception:  # noqa: BLE001 - the edge of the process
        sys.excepthook(*sys.exc_info())
        code = 1
    leave_at_once(code if isinstance(code, int) else int(bool(code)))


if __name__ == "__main__":
    run()
