"""Say whether our devices answer, and what they say of themselves."""

from collections.abc import Iterator

import tango

from scizoo.asking import ask_all, reason
from scizoo.checks.finding import Finding, bad, good
from scizoo.devices import find_devices, tango_host, why_silent

NEEDED = ("SciFish",)
"""Classes that every beamline has; a site may do without the others."""
LIMIT_S = 1.0
RED_STATES = (tango.DevState.FAULT, tango.DevState.ALARM, tango.DevState.UNKNOWN)


def check_devices(beamline: str | None = None) -> Iterator[Finding]:
    """Say of each device whether it answers within 1 s and is well."""
    found = ask_all({"": lambda: find_devices(beamline)}, LIMIT_S * 3)[""]
    if isinstance(found, Exception):
        yield bad("tango-db", f"{tango_host()}: {why_silent(found)}", "start the TANGO database")
        return
    yield good("tango-db", f"{tango_host()} answers")
    for name in NEEDED:
        if not found[name]:
            yield bad(name, "no device of this class", "register one per capture host and start its server")
    devices = {device: name for name, names in found.items() for device in names}
    answers = ask_all({device: _asking(device) for device in devices}, LIMIT_S)
    for device, answer in answers.items():
        yield _finding(f"{devices[device]} {device}", answer)


def _asking(device: str):  # type: ignore[no-untyped-def]
    def question() -> tuple[tango.DevState, str]:
        proxy = tango.DeviceProxy(device)
        return proxy.state(), proxy.status()

    return question


def _finding(part: str, answer: tuple[tango.DevState, str] | Exception) -> Finding:
    if isinstance(answer, Exception):
        return bad(
            part, f"does not answer within {LIMIT_S:g} s: {reason(answer)}", "start or restart its server"
        )
    state, status = answer
    if state in RED_STATES:
        return bad(part, f"{state}: {status}", "do what the status says, then Init")
    return good(part, f"{state}: {status}")
