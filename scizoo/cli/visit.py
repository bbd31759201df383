"""``scizoo visit``: close visits, lock them, open them again, and read their records."""

import getpass
import json
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from pathfixer.errors import CommandError
from pathfixer.visits.order import TreeOrder, VisitOrder
from scizoo.exit_codes import ALL_GOOD, RED
from scizoo.visits_as_root import lock_rest, unlock_all
from sdm.errors import SdmError
from sdm.folders.progress import quiet
from sdm.folders.visit_lock import LockReport

if TYPE_CHECKING:
    from pathfixer.visits.client import VisitClient

PATIENCE_S = 3600.0
"""Locking a large visit takes as long as the storage does."""

Result = TypeVar("Result")

device_option = click.option("--device", help="PathFixer; default: the only one in the Tango database.")
reason_option = click.option("--reason", default="", help="Kept in the visit's records.")
rules_option = click.option(
    "--rules", default="maxiv_v1", show_default=True, help="With --as-root: the rule set."
)
root_option = click.option(
    "--root", default="/data", show_default=True, help="With --as-root: the data root."
)
as_root_option = click.option(
    "--as-root", is_flag=True, help="Do what only root can, where the files are; VISIT is a folder."
)


@click.group("visit")
def command() -> None:
    """Close visits, lock them, open them again.

    VISIT is its folder, or <proposal>/<visit>.

    \b
    Examples:
      scizoo visit list
      scizoo visit close 20170251/20240121
      scizoo visit lock --as-root /data/visitors/biomax/20170251/20240121
      scizoo visit reopen 20170251/20240121 --reason "frames of the last run were still on the detector"
      scizoo visit trust --moved --reason "new storage" --yes
    """


@command.command("list")
@device_option
def list_visits(device: str | None) -> None:
    """Show every visit that was opened, with its state; newest first.

    \b
    Example:
      scizoo visit list
    """
    lines = _told(lambda: _client(device).visit_states())
    click.echo("\n".join(lines) if lines else "no visit was opened yet")


@command.command("records")
@device_option
def records(device: str | None) -> None:
    """Print the records of all visits as JSON lines (scizoo.visit/1), for the archive.

    \b
    Example:
      scizoo visit records > visits.jsonl
    """
    for record in _told(lambda: _client(device).visit_records()):
        click.echo(json.dumps(record))


@command.command("close")
@click.argument("visit")
@device_option
@reason_option
def close(visit: str, device: str | None, reason: str) -> None:
    """Close a visit that nobody has, and lock it.

    \b
    Example:
      scizoo visit close 20170251/20240121
    """
    _order(visit, device, reason, lambda client, order: client.close_visit(order))


@command.command("lock")
@click.argument("visit")
@device_option
@as_root_option
@rules_option
@root_option
def lock(visit: str, device: str | None, as_root: bool, rules: str, root: str) -> None:
    """Lock a closed visit again; with --as-root also what belongs to others.

    \b
    Example:
      sudo scizoo visit lock --as-root /data/visitors/biomax/20170251/20240121
    """
    if as_root:
        report = _told(lambda: lock_rest(visit, rules, root, quiet))
        _show(report, report.complete)
    _order(visit, device, "", lambda client, order: client.lock_visit(order))


@command.command("reopen")
@click.argument("visit")
@device_option
@reason_option
@as_root_option
@rules_option
@root_option
def reopen(visit: str, device: str | None, reason: str, as_root: bool, rules: str, root: str) -> None:
    """Open a closed visit again, for a reason and a while; it locks itself again.

    \b
    Example:
      scizoo visit reopen 20170251/20240121 --reason "the detector still had frames"
    """
    if as_root:
        _show(_told(lambda: unlock_all(visit, rules, root, quiet)), wanted=True)
    _order(visit, device, reason, lambda client, order: client.reopen_visit(order))


@command.command("trust")
@click.argument("visit", required=False)
@click.option("--moved", is_flag=True, help="Every visit of a storage that was moved, after showing which.")
@click.option("--yes", is_flag=True, help="With --moved: do it.")
@device_option
@reason_option
def trust(visit: str | None, moved: bool, yes: bool, device: str | None, reason: str) -> None:
    """Take a visit's folders as they are, after you have found out who replaced one, or moved them.

    \b
    Examples:
      scizoo visit trust 20170251/20240121 --reason "moved to the new storage"
      scizoo visit trust --moved --yes --reason "the storage was moved"
    """
    if moved == (visit is not None):
        raise click.UsageError("give either a VISIT or --moved")
    if visit is not None:
        _order(visit, device, reason, lambda client, order: client.trust_visit(order))
        return
    tree = TreeOrder(by=_who(), reason=reason, apply=yes)
    for line in _told(lambda: _client(device).trust_moved(tree)):
        click.echo(line)
    if not yes:
        click.echo("nothing was changed: again with --yes --reason …")


def _order(
    visit: str, device: str | None, reason: str, act: "Callable[[VisitClient, VisitOrder], list[str]]"
) -> None:
    order = VisitOrder(visit=visit, by=_who(), reason=reason)
    for line in _told(lambda: act(_client(device), order)):
        click.echo(line)


def _who() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"


def _told(act: Callable[[], Result]) -> Result:
    """Return what came of it; an error is one line, and the exit code says so."""
    try:
        return act()
    except (CommandError, SdmError) as error:
        click.echo(f"scizoo: {error}", err=True)
        raise SystemExit(RED) from None


def _show(report: LockReport, wanted: bool) -> None:
    for line in report.lines:
        click.echo(line)
    raise SystemExit(ALL_GOOD if wanted else RED)


def _client(device: str | None) -> "VisitClient":
    """Return the client of a PathFixer; Tango is loaded only here, a file server has none."""
    from pathfixer.visits.client import VisitClient
    from scifish.errors import NoDatabaseError
    from scizoo.devices import find_devices

    if device is None:
        try:
            found = find_devices(None)["PathFixer"]
        except NoDatabaseError as error:
            raise CommandError(str(error)) from None
        if len(found) != 1:
            raise click.UsageError(f"which PathFixer? --device {' | '.join(found) or '(there is none)'}")
        device = found[0]
    return VisitClient(device, timeout_s=PATIENCE_S)
