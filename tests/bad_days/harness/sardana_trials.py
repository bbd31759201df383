"""Macros and recorders of the tests in a beamline's Sardana."""

from pathlib import Path

from scizoo.services.sardana import MACROS, RECORDERS, Sardana

TESTS = Path(__file__).parents[2]
TRIAL_MACROS = TESTS / "integration" / "sardana_recorders" / "macros"
TRIAL_RECORDERS = TESTS / "bad_days" / "recorders"


def add_trial_plugins(sardana: Sardana) -> None:
    """Let a Sardana that is not started yet find the tests' macros and recorders beside ours."""
    server = next(device for device in sardana.devices if device.device_class == "MacroServer")
    server.properties["MacroPath"] = [str(MACROS), str(TRIAL_MACROS)]  # type: ignore[index]
    server.properties["RecorderPath"] = [str(RECORDERS), str(TRIAL_RECORDERS)]  # type: ignore[index]
