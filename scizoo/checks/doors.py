"""Say whether the scans of each Door are captured."""

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import tango

from pathfixer.errors import MacroServerError
from pathfixer.sardana import MacroServerEnvironment
from sardana_recorders.data_recorder_env import OURS, winner
from scifish.captures import CaptureState
from scizoo.asking import ask, ask_all, reason
from scizoo.capture_hosts import newest_first, report_hosts
from scizoo.checks.finding import Finding, bad, good

LIMIT_S = 2.0
SAME_SCAN_S = 60.0
"""A capture belongs to a scan of the same number that began within this span of it."""
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 - looked for, never used
SWITCH_ON = "in Spock: capture on"


def check_doors(beamline: str | None = None) -> Iterator[Finding]:
    """Look at every MacroServer and its Doors in the Tango database."""
    try:
        doors = ask(_find_doors, LIMIT_S)
    except Exception:  # noqa: BLE001 - whatever keeps the database silent is told by the device check
        return
    known = newest_first(report_hosts(beamline))
    answers = ask_all({server: _asking(server) for server in doors}, LIMIT_S)
    for server, answer in answers.items():
        if isinstance(answer, Exception):
            yield bad(f"MacroServer {server}", f"does not answer: {reason(answer)}", "start Sardana")
            continue
        recorders, place, environment = answer
        yield from check_macro_server(server, recorders, place, environment)
        for door in doors[server]:
            yield check_door(door, environment)
        yield from check_history(server, environment, known)


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


def check_door(door: str, environment: dict[str, Any]) -> Finding:
    """Say whether the scans of a Door are captured."""
    part = f"Door {door}"
    counting = winner(environment, door)
    if counting is not None and counting.captures:
        return good(part, "its scans are captured")
    return bad(part, "its scans are not captured", SWITCH_ON)


def check_history(
    server: str, environment: dict[str, Any], known: Iterable[CaptureState]
) -> Iterator[Finding]:
    """Say when the newest scan of a MacroServer has no capture."""
    history = environment.get("ScanHistory") or []
    if not history or not isinstance(history[-1], dict):
        return
    scan = history[-1]
    part = f"MacroServer {server}"
    if any(_is_capture_of(capture, scan) for capture in known):
        yield good(part, f"its newest scan, {scan.get('serialno')}, is captured")
        return
    finding = f"its newest scan, {scan.get('serialno')} ({scan.get('title')}), has no capture"
    yield bad(part, finding, f"{SWITCH_ON}; look at the log of Sardana for SciFish")


def _is_capture_of(capture: CaptureState, scan: dict[str, Any]) -> bool:
    began_s = float(scan.get("startts", 0))
    return (
        capture.scan_id == str(scan.get("serialno")) and abs(capture.start_ns / 1e9 - began_s) <= SAME_SCAN_S
    )


def _find_doors() -> dict[str, list[str]]:
    database = tango.Database()
    found: dict[str, list[str]] = {str(name): [] for name in database.get_device_name("*", "MacroServer")}
    for door in database.get_device_name("*", "Door"):
        lines = database.get_device_property(door, "MacroServerName")["MacroServerName"]
        if lines:
            found.setdefault(str(lines[0]), []).append(str(door))
    return found


def _asking(server: str):  # type: ignore[no-untyped-def]
    def question() -> tuple[list[str], str | None, dict[str, Any]]:
        recorders = list(tango.DeviceProxy(server).read_attribute("RecorderList").value or ())
        lines = tango.Database().get_device_property(server, "EnvironmentDb")["EnvironmentDb"]
        try:
            environment = MacroServerEnvironment(server).read()
        except MacroServerError as error:
            raise RuntimeError(str(error)) from None
        return recorders, (str(lines[0]) if lines else None), environment

    return question
