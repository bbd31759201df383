"""The name of a proposal's group. Pure."""

from sdm.errors import NameRefusedError
from sdm.names import check_name
from sdm.path_rules import PathRules

LONGEST = 32
"""More is refused by groupadd."""


def name_group(rules: PathRules, proposal: str, beamline: str) -> str:
    """Return the name by the rules.

    Raises
    ------
    NameRefusedError
        It is too long, or of digits only: chown could not tell it from a gid.
    """
    name = check_name(
        "group", rules.groups.proposal.format(proposal=check_name("proposal", proposal), beamline=beamline)
    )
    if name.isdecimal():
        raise NameRefusedError("group", name, f"digits only; change groups.proposal of rules {rules.name}")
    if len(name) > LONGEST:
        raise NameRefusedError("group", name, f"it has {len(name)} characters, Linux takes {LONGEST}")
    return name
