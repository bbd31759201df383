"""The checks behind ``scizoo check``: one file per thing that can be red."""

from scizoo.checks.consumers import check_consumers
from scizoo.checks.devices import check_devices
from scizoo.checks.doors import check_doors
from scizoo.checks.finding import Finding
from scizoo.checks.state import check_state_folder
from scizoo.checks.topics import check_topics


def run_checks(beamline: str | None = None) -> list[Finding]:
    """Run every check and return its findings in the order of the flow."""
    checks = (check_devices, check_doors, check_topics, check_consumers)
    return [*(finding for check in checks for finding in check(beamline)), *check_state_folder()]
