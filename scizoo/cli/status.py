"""``scizoo status``: the newest captures and where each of them is."""

import json
from datetime import datetime

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scifish.status.captures import CaptureState
from scizoo.capture_hosts import HostReport, newest_first, report_hosts
from scizoo.exit_codes import ALL_GOOD, RED

COLOURS = {"catalogued": "green", "sent": "cyan", "captured": "yellow", "waiting": "yellow"}
JSON_FIELDS = {"pid", "type", "scan_id", "title", "proposal", "host", "state", "reason", "sinks", "end_time"}
"""Besides ``age_s``, which is worked out here."""


@click.command("status")
@click.option("--beamline", help="Only this beamline's capture hosts; default: all in the Tango database.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many captures to show; each SciFish tells of its newest 50.",
)
@click.option("--json", "as_json", is_flag=True, help="A list of captures, for programs.")
def command(beamline: str | None, limit: int, as_json: bool) -> None:
    """Show the newest captures, newest first: captured, sent, catalogued, or rejected and why.

    A capture for "nobody" was made without a session, or its files lay elsewhere; staff may say
    later, in the catalogues, whose it is (scicow book).

    Every SciFish of the Tango database is asked with a limit of 1 s; one that does not answer is
    named, and on its own host its state folder is read instead.

    \b
    Example:
      scizoo status --limit 5
    """
    reports = report_hosts(beamline)
    captures = newest_first(reports)[:limit]
    if as_json:
        rows = [
            {**capture.model_dump(mode="json", include=JSON_FIELDS), "age_s": capture.age_s}
            for capture in captures
        ]
        click.echo(json.dumps(rows, indent=2))
        _problems(reports, Console(stderr=True))
    else:
        show(reports, captures, Console())
    raise SystemExit(exit_code(reports, captures))


def show(reports: list[HostReport], captures: list[CaptureState], console: Console) -> None:
    """Print hosts, captures and problems for people."""
    for report in reports:
        if report.facts:
            broker = f"; broker: {report.facts['Broker']}" if report.facts.get("Broker") else ""
            told = escape(f"{report.facts.get('Status', '')}{broker}")
            console.print(f"[bold]{escape(report.name)}[/]: {told}", soft_wrap=True)
    if captures:
        console.print(_table(captures))
    else:
        console.print("no captures yet")
    _problems(reports, console)


def exit_code(reports: list[HostReport], captures: list[CaptureState]) -> int:
    """Return 1 when a host is silent, or a capture is rejected or cannot be sent, else 0."""
    silent = any(report.problem for report in reports)
    stuck = any(capture.state in ("rejected", "topic missing") for capture in captures)
    return RED if silent or stuck else ALL_GOOD


def _table(captures: list[CaptureState]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("scan", "title", "for", "host", "ended", "state", "reason"):
        table.add_column(name, overflow="fold")
    for capture in captures:
        colour = COLOURS.get(capture.state, "red")
        table.add_row(
            escape(capture.scan_id or "–"),
            escape(capture.title or capture.pid),
            escape(capture.proposal) if capture.proposal else "[yellow]nobody[/]",
            escape(capture.host),
            _end(capture),
            f"[{colour}]{capture.state}[/]",
            escape(capture.reason or ""),
        )
    return table


def _end(capture: CaptureState) -> str:
    """Say when it ended, and how unless it was completed."""
    if not capture.end_time:
        return "running"
    moment = f"{datetime.fromisoformat(capture.end_time):%Y-%m-%d %H:%M:%S} UTC"
    return moment if capture.status == "completed" else f"{moment}, {capture.status}"


def _problems(reports: list[HostReport], console: Console) -> None:
    for report in reports:
        if report.problem:
            console.print(f"[red]✗[/] {escape(report.problem)}", soft_wrap=True)
