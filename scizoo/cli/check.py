"""``scizoo check``: is everything ready to measure, and if not, what to do."""

import json

import click
from rich.console import Console
from rich.markup import escape

from scizoo.checks import run_checks
from scizoo.checks.finding import Finding
from scizoo.exit_codes import ALL_GOOD, RED


@click.command("check")
@click.option("--beamline", help="Only this beamline; default: everything in the Tango database.")
@click.option("--json", "as_json", is_flag=True, help="A list of {part, ok, finding, cure}, for programs.")
def command(beamline: str | None, as_json: bool) -> None:
    """Look at every part between the scan and the catalogue, and say what to do about each red one.

    \b
    Example:
      scizoo check
    """
    findings = run_checks(beamline)
    if as_json:
        click.echo(json.dumps([finding.model_dump() for finding in findings], indent=2))
    else:
        show(findings, Console())
    raise SystemExit(ALL_GOOD if all(finding.ok for finding in findings) else RED)


def show(findings: list[Finding], console: Console) -> None:
    """Print one line per finding, and the cure below a red one."""
    for finding in findings:
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        console.print(f"{mark} [bold]{escape(finding.part)}[/]: {escape(finding.finding)}", soft_wrap=True)
        if finding.cure:
            console.print(f"    → {escape(finding.cure)}", soft_wrap=True)
    red = sum(not finding.ok for finding in findings)
    console.print(f"{len(findings) - red} good, {red} red")
