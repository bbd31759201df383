"""The checks behind ``scizoo check``: one file per thing that can be red."""

from scizoo.checks.devices import check_devices
from scizoo.checks.doors import check_doors
from scizoo.checks.finding import Finding
from scizoo.checks.state import check_state_folder
from scizoo.checks.topics import check_topics


def run_checks(beamline: str | None = None) -> list[Finding]:
    """Run every check and return its findings in the order of the flow."""
    return [*check_devices(beamline), *check_doors(beamline), *check_topics(beamline), *check_state_folder()]
