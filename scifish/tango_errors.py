"""Why a device, or the Tango database, gave no answer, in words for people."""

from collections.abc import Sequence

import tango

DATABASE_SILENT = "the Tango database does not answer"
REASONS = {
    "API_DeviceNotDefined": "not defined in the Tango database",
    "DB_DeviceNotDefined": "not defined in the Tango database",
    "API_DeviceNotExported": "not running",
    "API_ServerNotRunning": "not running",
    "API_CantConnectToDatabase": DATABASE_SILENT,
    "API_DatabaseAccess": DATABASE_SILENT,
    "API_DeviceTimedOut": "no answer within the time limit of a call",
    "API_CantConnectToDevice": "not running, or its host cannot be reached",
}
"""Sentences for the reasons whose own text says nothing to a beamline's staff, most telling first."""
LONGEST = 200
"""Characters of a reason."""

Stack = Sequence[tango.DevError]


def reason_of_call(errors: Stack) -> str:
    """Return why a call to a device failed as a whole."""
    told = {error.reason for error in errors}
    for reason, words in REASONS.items():
        if reason in told:
            return words
    return reason_of_attribute(errors)


def reason_of_attribute(errors: Stack) -> str:
    """Return what a device said of one attribute: the first line of the innermost error, shortened."""
    if not errors:
        return "no reason given"
    if errors[0].reason == "API_AttrNotFound":
        return "the device has no such attribute"
    lines = errors[0].desc.strip().splitlines()
    line = lines[0] if lines else errors[0].reason
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
