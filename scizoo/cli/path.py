"""``scizoo path``: where a proposal's data lies, and whose data a path holds."""

import json

import click

from scizoo.exit_codes import RED
from sdm.errors import SdmError
from sdm.folders.plan import Principals
from sdm.names import check_name
from sdm.path_rules import Place, parse, render
from sdm.rule_files import load_rules
from sdm.site_part import site_commands


@click.command("path")
@click.argument("path", required=False)
@click.option("--parse", "to_parse", metavar="PATH", help="Say whose data this path holds.")
@click.option("--category", type=click.Choice(["visitors", "staff", "proprietary"]), default="visitors")
@click.option("--beamline")
@click.option("--proposal")
@click.option("--visit")
@click.option("--sample", default="", help="Folders below raw, with / between them.")
@click.option("--site-part", is_flag=True, help="Print the commands that make a beamline's folders.")
@click.option("--service", help="With --site-part: the beamline's service account.")
@click.option("--group", help="With --site-part: the beamline's group; default: by the rules.")
@click.option("--rules", default="maxiv_v1", show_default=True, help="Name of the rule set.")
@click.option("--root", default="/data", show_default=True, help="Data root.")
def command(
    path: str | None,
    to_parse: str | None,
    site_part: bool,
    service: str | None,
    group: str | None,
    rules: str,
    root: str,
    **fields: str,
) -> None:
    """Render the path of a visit, or read one back; or print what the site makes once per beamline.

    \b
    Examples:
      scizoo path --beamline biomax --proposal 20170251 --visit 20240121
      scizoo path --parse /data/visitors/biomax/20170251/20240121/raw
      scizoo path --site-part --beamline biomax --service svc-biomax | sudo sh
    """
    wanted = to_parse or path
    try:
        if site_part:
            click.echo("\n".join(_site_part(rules, root, fields["beamline"], service, group)))
            return
        click.echo(_parsed(rules, root, wanted) if wanted else _rendered(rules, root, fields))
    except SdmError as error:
        click.echo(f"scizoo: {error}", err=True)
        raise SystemExit(RED) from None


def _parsed(rules: str, root: str, path: str) -> str:
    place = parse(load_rules(rules), root, path)
    if place is None:
        click.echo(f"scizoo: {path} lies in no visit of {rules} below {root}", err=True)
        raise SystemExit(RED)
    return json.dumps(place.model_dump(), indent=2)


def _site_part(
    rules: str, root: str, beamline: str | None, service: str | None, group: str | None
) -> list[str]:
    if not beamline or not service:
        raise click.UsageError("--site-part wants --beamline and --service")
    known = load_rules(rules)
    people = group or known.groups.beamline.format(beamline=beamline)
    # No proposal's folder is among them: its group plays no part.
    who = Principals(service=service, beamline=people, proposal=people)
    return site_commands(known, root, check_name("beamline", beamline), who)


def _rendered(rules: str, root: str, fields: dict[str, str]) -> str:
    missing = [name for name in ("beamline", "proposal", "visit") if not fields[name]]
    if missing:
        raise click.UsageError(f"missing: {', '.join('--' + name for name in missing)}")
    paths = render(load_rules(rules), root, Place.model_validate(fields))
    return paths.sample
