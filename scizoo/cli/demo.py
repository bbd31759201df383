"""``scizoo demo``: the whole flow on this machine, with a simulated beamline."""

import shutil
import signal
import sys
import threading
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from pathfixer.errors import CommandError
from scidog.errors import ScidogError
from scizoo.demo.connect import connect_lines
from scizoo.demo.story import Story
from scizoo.exit_codes import RED
from scizoo.services.beamline import Beamline, Options
from scizoo.services.errors import ServiceError
from scizoo.services.registry import Registry
from scizoo.services.site import Site
from scizoo.services.system_packages import CHECKOUT

MARK = "logs"
"""Every run folder holds it."""
PLAIN_WIDTH = 120
FOLDER = CHECKOUT / ".state" / "demo"


@click.command("demo")
@click.option("--keep", is_flag=True, help="Stay up and print how to connect; Ctrl-C ends it.")
@click.option("--broker", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option("--scicat-url", help="A SciCat to write into as well; SCICAT_USER and SCICAT_PASSWORD count.")
@click.option(
    "--user-office",
    type=click.Choice(["yaml", "duo"]),
    default="yaml",
    show_default=True,
    help="A file with proposals, or a DUO of ours that serves them over HTTP.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=".state/demo",
    help="Folder of the run; emptied first.",
)
def command(keep: bool, broker: str, scicat_url: str | None, user_office: str, state: Path) -> None:
    """Start a simulated beamline and its catalogue, capture a scan and a file, and show both datasets.

    \b
    Example:
      make demo KEEP=1
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _interrupt())
    console = Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)
    options = Options(broker, scicat_url, user_office)  # type: ignore[arg-type]
    try:
        _run(console, options, keep, state.absolute())
    except KeyboardInterrupt:
        console.print("stopped")
    except (ServiceError, CommandError, ScidogError) as error:
        console.print(f"[red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise SystemExit(RED) from None


def _run(console: Console, options: Options, keep: bool, folder: Path) -> None:
    _empty(folder)
    beamline = Beamline(Site(folder=folder, data_root=folder / "data"), options)
    beamline.start(lambda line: console.print(f"[green]·[/] {line}", highlight=False))
    try:
        Story(beamline, console).play()
        if keep:
            for line in connect_lines(beamline):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            console.print("Ctrl-C ends it.")
            threading.Event().wait()
    finally:
        beamline.stop()


def _empty(folder: Path) -> None:
    """Stop what an earlier demo has left and begin with nothing; refuse a folder of something else."""
    if not folder.exists():
        return
    if any(folder.iterdir()) and not (folder / MARK).exists():
        raise click.UsageError(f"{folder} is not empty and was not made by a demo")
    Registry(folder).stop_all()
    shutil.rmtree(folder)


def _interrupt() -> None:
    raise KeyboardInterrupt
