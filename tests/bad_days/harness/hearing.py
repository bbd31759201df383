"""Events of a Door come only some seconds after its server was started anew."""

from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.door import MacroError
from tests.waiting import wait_for

LIMIT_S = 90.0
"""A client of a restarted server connects its events again after some 10 s."""


def wait_until_door_is_heard(beamline: TrialBeamline) -> None:
    """Run trivial macros until one of them is heard to end."""

    def is_heard() -> bool:
        try:
            run = beamline.door.begin("genv", "ScanID")
            run.wait(30)
        except MacroError:
            return False
        return run.macro_id in beamline.door.statuses

    wait_for(is_heard, LIMIT_S, "an event of the Door")
