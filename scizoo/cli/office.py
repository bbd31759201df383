"""``scizoo office``: ask the user office as PathFixer would, to see whether it is connected rightly."""

import json

import click

from pathfixer.admission.admitting import visits_of
from scizoo.exit_codes import RED
from sdm.errors import SdmError
from sdm.path_rules import PathRules
from sdm.rule_files import load_rules
from sdm.user_office.choose import open_office, parse_settings
from sdm.user_office.discretion import as_may_be_told
from sdm.user_office.protocol import Proposal


@click.command("office")
@click.argument("number", required=False)
@click.option("--kind", default="yaml", show_default=True, help="duo, scicat, yaml or a site's own.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A line of UserOfficeSettings.")
@click.option("--beamline", required=True, help="List its proposals, or show the visits there.")
@click.option("--rules", default="maxiv_v1", show_default=True, help="Name of the rule set.")
def command(number: str | None, kind: str, settings: tuple[str, ...], beamline: str, rules: str) -> None:
    """Show a proposal, or list those of a beamline. No proprietary title is shown.

    \b
    Examples:
      scizoo office --kind yaml --set file=/etc/scizoo/office.yaml --beamline biomax
      scizoo office 20260101 --kind duo --beamline biomax --set facility=maxiv \\
          --set url=https://duo.example.org/duo/api.php/v1 --set secret_file=/etc/scizoo/duo-secret
    """
    try:
        office, known = open_office(kind, parse_settings(settings)), load_rules(rules)
        if number:
            click.echo(_shown(office.proposal(number), beamline, known))
        else:
            for proposal in office.proposals(beamline):
                told = as_may_be_told(proposal, known.proprietary_types)
                click.echo(f"{told.number}  {told.status:9}  {told.title}".rstrip())
    except SdmError as error:
        click.echo(f"scizoo: {error}", err=True)
        raise SystemExit(RED) from None


def _shown(proposal: Proposal, beamline: str, rules: PathRules) -> str:
    told = as_may_be_told(proposal, rules.proprietary_types).model_dump(mode="json")
    told["category"] = rules.category_of(proposal.type)
    told["visits"] = [visit.name for visit in visits_of(proposal, beamline, rules)]
    return json.dumps(told, indent=2, ensure_ascii=False)
