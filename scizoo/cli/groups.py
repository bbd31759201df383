"""``scizoo groups``: the groups, accounts and folders that a proposal needs before its experiment."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click

from scizoo.exit_codes import ALL_GOOD, RED
from scizoo.groups_report import Report
from sdm.errors import SdmError
from sdm.groups.before_experiment import apply_plan, plan_proposal_groups, starting_within
from sdm.groups.change_log import ChangeLog, this_author
from sdm.groups.open_directory import open_directory
from sdm.groups.settings_file import DEFAULT, load_settings
from sdm.groups.steps import Site
from sdm.rule_files import load_rules
from sdm.user_office.choose import open_office
from sdm.user_office.protocol import UserOffice

Work = Callable[[str, UserOffice, Site], Report]
HOURS = {"h": 1, "d": 24}


class Span(click.ParamType):
    """A span of time, as ``7d`` or ``36h``."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; wrong usage when it is none."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([1-9][0-9]{0,3})([hd])", value)
        if match is None:
            self.fail(f"{value!r} is no span: write 7d or 36h", param, ctx)
        return timedelta(hours=int(match[1]) * HOURS[match[2]])


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.argument("proposal", required=False),
        click.option("--starting-within", "span", type=Span(), help="All that run or begin in, e.g., 7d."),
        click.option(
            "--settings",
            envvar="SCIZOO_GROUPS",
            default=DEFAULT,
            show_default=True,
            type=click.Path(dir_okay=False, path_type=Path),
        ),
        click.option("--json", "as_json", is_flag=True, help="A list of proposals, for programs."),
    ):
        function = option(function)
    return function


@click.group("groups")
def command() -> None:
    """Make groups, accounts and folders ready before an experiment, as the user office says.

    \b
    Examples:
      scizoo groups plan 20170251
      sudo scizoo groups apply 20170251 --why "ticket 4711"
      sudo scizoo groups apply --starting-within 7d

    Exit codes: 0 nothing to see to, 1 something was not done or needs a person, 2 wrong usage.
    """


@command.command("plan")
@_options
def plan(proposal: str | None, span: timedelta | None, settings: Path, as_json: bool) -> None:
    """Show what would be done, and change nothing.

    \b
    Example:
      scizoo groups plan 20170251
    """

    def work(number: str, office: UserOffice, site: Site) -> Report:
        return Report(number, plan_proposal_groups(number, office, site))

    _run(proposal, span, settings, as_json, work)


@command.command("apply")
@_options
@click.option("--yes", is_flag=True, help="Also when the office names nobody, or many would leave.")
@click.option("--why", default="", help="The reason, for the log of changes.")
def apply(
    proposal: str | None, span: timedelta | None, settings: Path, as_json: bool, yes: bool, why: str
) -> None:
    """Do what ``plan`` shows, step by step; run it again whenever something was not done.

    \b
    Examples:
      sudo scizoo groups apply 20170251
      sudo scizoo groups apply --starting-within 7d
    """
    if yes and span:
        raise click.UsageError("--yes is for one proposal that somebody has looked at, not for a timer")
    reason = why or (f"starting within {span}" if span else "asked for on the command line")

    def work(number: str, office: UserOffice, site: Site) -> Report:
        found = plan_proposal_groups(number, office, site)
        with closing(ChangeLog(site.settings.change_log, this_author(), reason, _now)) as log:
            return Report(number, found, apply_plan(found, site, log, yes), agreed=yes)

    _run(proposal, span, settings, as_json, work)


def _run(proposal: str | None, span: timedelta | None, settings: Path, as_json: bool, work: Work) -> None:
    if (proposal is None) == (span is None):
        raise click.UsageError("name either a proposal or --starting-within")
    reports = []
    try:
        for report in _reports(proposal, span, settings, work):
            reports.append(report)
            if not as_json:
                click.echo("\n".join(report.lines()))
    except SdmError as error:
        click.echo(f"scizoo: {error}", err=True)
        raise SystemExit(RED) from None
    if as_json:
        click.echo(json.dumps([report.document() for report in reports], indent=2, ensure_ascii=False))
    raise SystemExit(RED if any(report.red for report in reports) else ALL_GOOD)


def _reports(proposal: str | None, span: timedelta | None, path: Path, work: Work) -> Iterator[Report]:
    """Yield one report per proposal; an SdmError is what stops all of them."""
    settings = load_settings(path)
    rules = load_rules(settings.rules)
    office = open_office(settings.user_office, settings.user_office_settings)
    numbers = (
        [proposal] if proposal else starting_within(office, settings.beamlines, span or timedelta(), _now())
    )
    with closing(open_directory(settings.directory, _now)) as directory:
        site = Site(directory, settings, rules)
        yield from (_report(number, office, site, work) for number in numbers)


def _report(number: str, office: UserOffice, site: Site, work: Work) -> Report:
    try:
        return work(number, office, site)
    except SdmError as error:
        return Report(number, error=str(error))


def _now() -> datetime:
    return datetime.now(timezone.utc)
