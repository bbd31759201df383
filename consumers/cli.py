"""The command ``scicow``: runs the consumers, makes the topics, shows what waits or was refused."""

import getpass
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path
from threading import Event
from typing import Any, cast

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from consumers import service
from consumers.booking_desk import Booking, BookingDesk
from consumers.configuration import Configuration, SinkName, load
from consumers.errors import ConfigurationError, ConsumerError
from consumers.letter_desk import LetterDesk, LetterError
from consumers.mongo_client import connect
from consumers.state_database import StateDatabase
from consumers.topics import TopicAdmin, compare, wanted_topics
from consumers.worker import REVISIT_S
from scifish.repeats import log_to_stderr
from sdm.errors import SdmError
from sdm.rule_files import load_rules

RED, USAGE = 1, 2
SINKS = click.Choice(["mongodb", "scicat"])

config_option = click.option(
    "--config",
    "path",
    required=True,
    envvar="SCICOW_CONFIG",
    type=click.Path(dir_okay=False, path_type=Path),
    help="YAML file; also SCICOW_CONFIG in the environment.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scizoo")
def cli() -> None:
    """Carry captures from Kafka into the catalogues.

    \b
    Examples:
      scicow topics apply --config /etc/scizoo/scicow.yaml         make a beamline's topics
      scicow run --sink mongodb --config /etc/scizoo/scicow.yaml   feed a catalogue
      scicow waiting list --config /etc/scizoo/scicow.yaml         what waits, and why

    Exit codes: 0 all good, 1 something is red, 2 usage or configuration.
    """


@cli.command()
@config_option
@click.option("--sink", type=SINKS, required=True, help="The catalogue that this process feeds.")
def run(path: Path, sink: str) -> None:
    """Feed one catalogue until stopped (Ctrl-C, SIGTERM).

    \b
    Example, one process per catalogue:
      scicow run --sink mongodb --config /etc/scizoo/scicow.yaml
      scicow run --sink scicat  --config /etc/scizoo/scicow.yaml
    """
    log_to_stderr(logging.INFO)
    configuration = load(path)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service.run(configuration, cast(SinkName, sink), stop)


@cli.group()
def topics() -> None:
    """The topics of the listed beamlines, as they should be."""


@topics.command()
@config_option
def plan(path: Path) -> None:
    """Show what 'apply' would do, and end with 1 when that is anything.

    \b
    Example:
      scicow topics plan --config /etc/scizoo/scicow.yaml
    """
    configuration = load(path)
    differences = _differences(TopicAdmin(configuration.kafka.client()), configuration)
    sys.exit(RED if differences else 0)


@topics.command()
@config_option
def apply(path: Path) -> None:
    """Make missing topics and correct settings; running it again changes nothing.

    \b
    Example:
      scicow topics apply --config /etc/scizoo/scicow.yaml
    """
    configuration = load(path)
    admin = TopicAdmin(configuration.kafka.client())
    admin.apply(_differences(admin, configuration))
    left = compare(wanted_topics(configuration), admin.find([t.name for t in wanted_topics(configuration)]))
    for difference in left:
        click.echo(f"still to do: {difference}")
    sys.exit(RED if left else 0)


@cli.group("waiting")
def waiting_commands() -> None:
    """Captures that wait for the world, and are tried again by themselves."""


@waiting_commands.command("list")
@config_option
@click.option("--beamline", help="Only this beamline.")
def list_waiting(path: Path, beamline: str | None) -> None:
    """Show what waits, the longest first.

    \b
    Example:
      scicow waiting list --beamline nanomax --config /etc/scizoo/scicow.yaml
    """
    entries = _state(path).list_waiting(beamline)
    _show(entries, ("since", "sink", "pid", "tries", "next_try", "reason"))


@waiting_commands.command("retry")
@config_option
@click.option("--beamline", help="Only this beamline.")
@click.option("--pid", help="Only this capture.")
def retry_waiting(path: Path, beamline: str | None, pid: str | None) -> None:
    """Try what waits again within seconds: the proposal has been entered, the right been granted.

    \b
    Example:
      scicow waiting retry --beamline nanomax --config /etc/scizoo/scicow.yaml
    """
    count = _state(path).retry_waiting(beamline, pid, datetime.now(timezone.utc))
    click.echo(f"{count} messages are tried again within {REVISIT_S:.0f} s, by the running consumers")


@cli.command("book")
@config_option
@click.option("--beamline", required=True, help="Where it was captured.")
@click.option("--pid", required=True, help="The capture, as 'scizoo status --json' shows it.")
@click.option("--proposal", required=True, help="Whose it is; the user office must know it.")
@click.option("--visit", help="Of the proposal, if it is known.")
@click.option("--sample", default="", help="Folders below raw, if it is known.")
@click.option("--reason", required=True, help="How you know; kept with the dataset.")
@click.option("--rules", default="maxiv_v1", show_default=True, help="Name of the rule set.")
def book(path: Path, beamline: str, pid: str, reason: str, rules: str, **whose: str) -> None:
    """Book a capture that belongs to nobody on a proposal, because you know whose it is.

    It was made without a session, or its files lay elsewhere. No file is moved.

    \b
    Example:
      scicow book --beamline nanomax --pid 20.500.12345/2f7c… --proposal 20170251 --visit 20240121 \\
        --reason "the session was opened late, logbook of 21 January" --config /etc/scizoo/scicow.yaml
    """
    desk = BookingDesk(load(path), load_rules(rules), beamline)
    booking = Booking(**whose, by=getpass.getuser(), host=socket.gethostname(), reason=reason)
    desk.book(pid, booking)
    click.echo(f"{pid} is booked on proposal {booking.proposal}, and on its way to the catalogues")


@cli.group("dead-letters")
def letter_commands() -> None:
    """Messages that could not be read, kept with the reason."""


@letter_commands.command("list")
@config_option
@click.option("--beamline", help="Only this beamline.")
def list_letters(path: Path, beamline: str | None) -> None:
    """Show the newest dead letters.

    \b
    Example:
      scicow dead-letters list --config /etc/scizoo/scicow.yaml
    """
    entries = _state(path).list_dead_letters(beamline)
    _show(entries, ("at", "sink", "pid", "topic", "offset", "bytes", "reason", "replayed_at", "discarded_at"))


def which_letters(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name letters."""
    for option in (
        click.option("--pid", help="Letters about this capture."),
        click.option("--offset", type=int, help="Letter about the message at this offset of captures."),
        click.option("--beamline", required=True, help="Whose letters."),
    ):
        command = option(command)
    return command


@letter_commands.command("replay")
@config_option
@which_letters
@click.option("--force", is_flag=True, help="Also what would be refused again.")
def replay_letters(path: Path, beamline: str, offset: int | None, pid: str | None, force: bool) -> None:
    """Send the message of a letter again, byte for byte, after its cause has been mended.

    \b
    Example:
      scicow dead-letters replay --beamline nanomax --offset 4711 --config /etc/scizoo/scicow.yaml
    """
    desk, notes = _letters(path, beamline, offset, pid)
    count = desk.replay(notes, datetime.now(timezone.utc), force=force)
    click.echo(f"{count} messages are on the captures topic again")


@letter_commands.command("discard")
@config_option
@which_letters
@click.option("--reason", required=True, help="Why nothing will come of it; kept.")
def discard_letters(path: Path, beamline: str, offset: int | None, pid: str | None, reason: str) -> None:
    """Note that nothing will come of a letter; the letter itself stays on its topic.

    \b
    Example:
      scicow dead-letters discard --beamline nanomax --offset 4711 --reason "a test of another group" \\
        --config /etc/scizoo/scicow.yaml
    """
    desk, notes = _letters(path, beamline, offset, pid)
    desk.discard(notes, reason, datetime.now(timezone.utc))
    click.echo(f"{len(notes)} letters are discarded")


def _letters(
    path: Path, beamline: str, offset: int | None, pid: str | None
) -> tuple[LetterDesk, list[dict[str, Any]]]:
    if offset is None and pid is None:
        raise click.UsageError("name the letter: --offset or --pid, as 'dead-letters list' shows them")
    desk = LetterDesk(load(path), _state(path), beamline)
    notes = desk.find(offset, pid)
    if not notes:
        raise LetterError(f"beamline {beamline!r} has no such letter: see 'scicow dead-letters list'")
    return desk, notes


def _differences(admin: TopicAdmin, configuration: Configuration) -> list[Any]:
    wanted = wanted_topics(configuration)
    differences = compare(wanted, admin.find([topic.name for topic in wanted]))
    for difference in differences:
        click.echo(str(difference))
    if not differences:
        click.echo(f"all {len(wanted)} topics are as they should be")
    return differences


def _state(path: Path) -> StateDatabase:
    return StateDatabase(connect(load(path).state_database))


def _show(entries: Iterable[dict[str, Any]], columns: tuple[str, ...]) -> None:
    table = Table(*columns)
    for entry in entries:
        table.add_row(*(escape(str(entry.get(column, ""))) for column in columns))
    Console().print(table if table.row_count else "none")


def main() -> None:
    """Run the command; errors of ours become one line and an exit code."""
    try:
        cli(standalone_mode=True)
    except ConfigurationError as error:
        click.echo(f"scicow: {error}", err=True)
        sys.exit(USAGE)
    except (ConsumerError, SdmError) as error:
        click.echo(f"scicow: {error}", err=True)
        sys.exit(RED)


if __name__ == "__main__":
    main()
