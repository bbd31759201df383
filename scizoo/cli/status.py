"""``scizoo status``: the newest captures and where each of them is."""

import json
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from scifish.captures import CaptureState
from scizoo.capture_hosts import HostReport, newest_first, report_hosts
from scizoo.exit_codes import ALL_GOOD, RED

COLOURS = {"catalogued": "green", "sent": "cyan", "captured": "yellow", "waiting": "yellow"}
JSON_FIELDS = {"pid", "type", "scan_id", "title", "host", "state", "reason", "sinks", "end_time"}
"""Besides ``age_s``, which is worked out here."""


@click.command("status")
@click.option("--beamline", help="Only this beamline's capture hosts; default: all in the Tango database.")
@click.option("--limit", default=20, show_default=True, help="How many captures to show.")
@click.option("--json", "as_json", is_flag=True, help="A list of captures, for programs.")
def command(beamline: str | None, limit: int, as_json: bool) -> None:
    """Show the newest captures, newest first: captured, sent, catalogued, or rejected and why.

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
            console.print(f"[bold]{report.name}[/]: {report.facts.get('Status', '')}{broker}", soft_wrap=True)
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
    for name in ("scan", "title", "host", "ended", "state", "reason"):
        table.add_column(name, overflow="fold")
    for capture in captures:
        colour = COLOURS.get(capture.state, "red")
        table.add_row(
            capture.scan_id or "–",
            capture.title or capture.pid,
            capture.host,
            _moment(capture.end_time),
            f"[{colour}]{capture.state}[/]",
            capture.reason or "",
        )
    return table


def _moment(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC" if text else "running"


def _problems(reports: list[HostReport], console: Console) -> None:
    for report in reports:
        if report.problem:
            console.print(f"[red]✗[/] {report.problem}", soft_wrap=True)
