"""Say whether the scans of each Door are captured."""

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tango

from pathfixer.errors import MacroServerError
from pathfixer.sardana import MacroServerEnvironment
from sardana_recorders.data_recorder_env import OURS, macro_of, uncaptured_macros, winner
from scifish.errors import NoDatabaseError
from scifish.tango_database import devices_of, property_of
from scizoo.asking import NoAnswerError, ask, ask_all, reason
from scizoo.checks.finding import Finding, bad, good
from scizoo.devices import find_devices, why_silent

LIMIT_S = 2.0
KEPT_S = 30 * 86_400
"""Property KeepTime of SciFish, as it is by default."""
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 - looked for, never used
SWITCH_ON = "in Spock: capture on"


def check_doors(beamline: str | None = None) -> Iterator[Finding]:
    """Look at every MacroServer and its Doors in the Tango database."""
    try:
        doors = ask(_find_doors, LIMIT_S)
    except Exception:  # noqa: BLE001 - whatever keeps the database silent is told by the device check
        return
    try:
        sci_fishes = ask(lambda: find_devices(beamline)["SciFish"], LIMIT_S)
    except (NoAnswerError, NoDatabaseError) as error:  # it has fallen silent since
        yield bad("Doors", f"cannot be judged: {why_silent(error)}", "see that the Tango database answers")
        return
    is_captured = _is_captured(sci_fishes)
    answers = ask_all({server: _asking(server) for server in doors}, LIMIT_S)
    for server, answer in answers.items():
        if isinstance(answer, Exception):
            yield bad(f"MacroServer {server}", f"does not answer: {reason(answer)}", "start Sardana")
            continue
        recorders, place, environment = answer
        yield from check_macro_server(server, recorders, place, environment)
        for door in doors[server]:
            yield from check_door(door, environment)
        yield from check_history(server, environment, is_captured, time.time())


def check_macro_server(
    server: str, recorders: Iterable[str], place: str | None, environment: dict[str, Any]
) -> Iterator[Finding]:
    """Say whether a MacroServer knows our recorder, and whether its environment survives a reboot.

    Parameters
    ----------
    server
        Its Tango name.
    recorders
        Its attribute RecorderList.
    place
        Its property EnvironmentDb, None when it is not set.
    environment
        Its environment, which says whether it matters that the recorder is missing.
    """
    part = f"MacroServer {server}"
    if OURS not in recorders:
        cure = "add the folder of sardana_recorders/plugin to property RecorderPath and restart Sardana"
        yield bad(part, f"does not know the recorder {OURS}", cure)
    else:
        yield good(part, f"knows the recorder {OURS}")
    if place is None or _is_temporary(place):
        cure = "set property EnvironmentDb to a folder that lasts, or to: property; then restart Sardana"
        yield bad(part, f"keeps its environment in a temporary folder ({place or 'the default'})", cure)


def _is_temporary(place: str) -> bool:
    """Tell whether a reboot empties a place; Sardana's own temporary folder is not known from here."""
    folders = {tempfile.gettempdir(), *TEMPORARY}
    return any(place.startswith(folder.rstrip("/") + "/") for folder in folders)


def check_door(door: str, environment: dict[str, Any]) -> Iterator[Finding]:
    """Say whether the scans of a Door are captured, and which macros' are not."""
    part = f"Door {door}"
    counting = winner(environment, door)
    if counting is None or not counting.captures:
        yield bad(part, "its scans are not captured", SWITCH_ON)
        return
    left_out = uncaptured_macros(environment, door)
    for setting in left_out:
        macro = macro_of(setting)
        yield bad(part, f"scans of {macro} are not captured", f"{SWITCH_ON} {macro}")
    if not left_out:
        yield good(part, "its scans are captured")


def check_history(
    server: str, environment: dict[str, Any], is_captured: Callable[[str, int], bool | None], now_s: float
) -> Iterator[Finding]:
    """Say when the newest scan of a MacroServer has no capture.

    Parameters
    ----------
    server
        Its Tango name.
    environment
        Its environment, with Sardana's ScanHistory.
    is_captured
        Asked with ScanID and begin, ns since the epoch; None: a capture host is silent.
    now_s
        Seconds since the epoch; captures of older scans than 30 days are no longer kept.
    """
    history = environment.get("ScanHistory") or []
    scan = history[-1] if history and isinstance(history[-1], dict) else {}
    began_s = float(scan.get("startts", 0))
    if now_s - began_s > KEPT_S:
        return
    number, part = str(scan.get("serialno")), f"MacroServer {server}"
    captured = is_captured(number, int(began_s * 1e9))
    if captured:
        yield good(part, f"its newest scan, {number}, is captured")
    elif captured is False:
        finding = f"its newest scan, {number} ({scan.get('title')}), has no capture"
        yield bad(part, finding, f"{SWITCH_ON}; look at the log of Sardana for SciFish")


def _is_captured(hosts: Iterable[str]) -> Callable[[str, int], bool | None]:
    """Return a question to all capture hosts of the beamline."""

    def ask_hosts(scan_id: str, start_ns: int) -> bool | None:
        wanted = json.dumps({"scan_id": scan_id, "start_ns": start_ns})
        answers = ask_all({host: _finding_scan(host, wanted) for host in hosts}, LIMIT_S)
        if any(answer for answer in answers.values() if not isinstance(answer, Exception)):
            return True
        return None if any(isinstance(answer, Exception) for answer in answers.values()) else False

    return ask_hosts


def _finding_scan(host: str, wanted: str) -> Callable[[], str]:
    return lambda: str(tango.DeviceProxy(host).command_inout("FindScan", wanted))


def _find_doors() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {server: [] for server in devices_of("MacroServer")}
    for door in devices_of("Door"):
        if server := property_of(door, "MacroServerName"):
            found.setdefault(server, []).append(door)
    return found


def _asking(server: str):  # type: ignore[no-untyped-def]
    def question() -> tuple[list[str], str | None, dict[str, Any]]:
        recorders = list(tango.DeviceProxy(server).read_attribute("RecorderList").value or ())
        try:
            environment = MacroServerEnvironment(server).read()
        except MacroServerError as error:
            raise RuntimeError(str(error)) from None
        return recorders, property_of(server, "EnvironmentDb"), environment

    return question
