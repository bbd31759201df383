"""The checks behind ``scizoo check``: one file per thing that can be red."""

from scizoo.asking import ask_all
from scizoo.checks.consumers import check_consumers
from scizoo.checks.devices import check_devices
from scizoo.checks.doors import check_doors
from scizoo.checks.finding import Finding, bad
from scizoo.checks.state import check_state_folder
from scizoo.checks.topics import check_topics
from scizoo.devices import no_such_beamline

LIMIT_S = 3.0


def run_checks(beamline: str | None = None) -> list[Finding]:
    """Run every check and return its findings in the order of the flow."""
    if beamline and (unknown := _no_such_beamline(beamline)):
        return [bad("beamline", unknown, "name one of them with --beamline, or none")]
    checks = (check_devices, check_doors, check_topics, check_consumers)
    return [*(finding for check in checks for finding in check(beamline)), *check_state_folder()]


def _no_such_beamline(beamline: str) -> str | None:
    unknown = ask_all({"": lambda: no_such_beamline(beamline)}, LIMIT_S)[""]
    return None if isinstance(unknown, Exception) else unknown  # a silent database is told by a check
