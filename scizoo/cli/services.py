"""``scizoo services``: the whole beamline in the background, for development."""

import json
from pathlib import Path

import click

from scizoo.exit_codes import ALL_GOOD, RED
from scizoo.services.errors import ServiceError
from scizoo.services.registry import Registry
from scizoo.services.run_folder import RunFolder

STATE = Path(".state/services")

state_option = click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=STATE,
    show_default=True,
    help="Folder of the run; .state/demo is that of the demo.",
)


@click.group("services")
def command() -> None:
    """Start, stop and list the processes of a beamline on this machine.

    \b
    Example:
      scizoo services up
      scizoo services list
      scizoo services down
    """


@command.command("up")
@state_option
@click.option("--broker", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option("--scicat-url", help="Write into this SciCat as well.")
def up(state: Path, broker: str, scicat_url: str | None) -> None:
    """Start everything and leave it running.

    \b
    Example:
      scizoo services up
    """
    from scizoo.services.beamline import Beamline, Options
    from scizoo.services.site import Site

    site = Site(state.absolute(), state.absolute() / "data")
    beamline = Beamline(site, Options("kafka" if broker == "kafka" else "embedded", scicat_url, bound=False))
    try:
        beamline.start(click.echo)
    except ServiceError as error:
        click.echo(f"scizoo: {error}", err=True)
        raise SystemExit(RED) from None
    for name, value in beamline.environment.items():
        click.echo(f"export {name}={value}")


@command.command("down")
@state_option
def down(state: Path) -> None:
    """Stop what runs.

    \b
    Example:
      scizoo services down
    """
    if not state.is_dir():
        click.echo(f"nothing runs: there is no {state}")
        raise SystemExit(ALL_GOOD)
    stopped = Registry(state).stop_all()
    RunFolder(state).remove_link()
    click.echo(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")


@command.command("list")
@state_option
@click.option("--json", "as_json", is_flag=True, help="A list of {name, pid, address, log}, for programs.")
def list_services(state: Path, as_json: bool) -> None:
    """Show what runs, with addresses and log files.

    \b
    Example:
      scizoo services list
    """
    records = Registry(state).records()
    rows = [{"name": r.name, "pid": r.pid, "address": r.address, "log": r.log_file} for r in records]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['name']:<16} {row['pid']:>8}  {row['address']:<28} {row['log']}")
    if not rows:
        click.echo("nothing runs")
