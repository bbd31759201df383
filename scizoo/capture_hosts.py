"""The capture hosts of a beamline: their SciFish devices, or their state folder when one is silent."""

import sqlite3
from dataclasses import dataclass, field

import tango

from scifish.errors import ScifishError
from scifish.settings import load_settings
from scifish.state_folder import find_state_folder
from scifish.status.captures import CaptureState, list_captures
from scizoo.asking import ask_all, reason
from scizoo.devices import find_devices, no_such_beamline, tango_host, why_silent

LIMIT_S = 1.0
FACTS = ("Pending", "OldestPendingAge", "OldestUncataloguedAge", "Sent", "Catalogued", "Rejected", "Broker")


@dataclass
class HostReport:
    """What one capture host says: its captures, or why it says nothing."""

    name: str
    captures: list[CaptureState] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)
    problem: str | None = None


def report_hosts(beamline: str | None = None, limit_s: float = LIMIT_S) -> list[HostReport]:
    """Ask every SciFish; of a host that is silent read the state folder, if it is this one's."""
    found = ask_all({"": lambda: find_devices(beamline)["SciFish"]}, limit_s)[""]
    if isinstance(found, Exception):
        problem = f"{why_silent(found)} ({tango_host()})"
        return [HostReport("tango-db", problem=problem), *local_report(beamline)]
    if not found and beamline:
        return [HostReport("tango-db", problem=_nothing_of(beamline)), *local_report(beamline)]
    answers = ask_all({name: _asking(name) for name in found}, limit_s)
    reports = [_report(name, answer) for name, answer in answers.items()]
    silent = [report for report in reports if report.problem]
    if silent or not reports:
        reports += local_report(beamline)
    return reports


def _nothing_of(beamline: str) -> str:
    unknown = ask_all({"": lambda: no_such_beamline(beamline)}, LIMIT_S)[""]
    return unknown if isinstance(unknown, str) else f"beamline {beamline!r} has no SciFish"


def local_report(beamline: str | None = None) -> list[HostReport]:
    """Return what the state folder of this host tells, without any device.

    Parameters
    ----------
    beamline
        Nothing is returned when the host is of another one; None: whichever it is of.
    """
    try:
        folder = find_state_folder()
        if beamline and load_settings(folder.path).beamline != beamline:
            return []
    except ScifishError:
        return []
    name = f"state folder {folder.path}"
    try:
        return [HostReport(name, captures=list_captures(folder))]
    except (ScifishError, sqlite3.Error, OSError) as error:
        return [HostReport(name, problem=f"{name} cannot be read: {reason(error)}")]


def newest_first(reports: list[HostReport]) -> list[CaptureState]:
    """Return the captures of all hosts, each pid once, newest first."""
    unique = {capture.pid: capture for report in reversed(reports) for capture in report.captures}
    return sorted(unique.values(), key=lambda capture: capture.committed_s, reverse=True)


def _asking(name: str):  # type: ignore[no-untyped-def]
    def question() -> tuple[list[CaptureState], dict[str, object]]:
        proxy = tango.DeviceProxy(name)
        lines = proxy.read_attribute("LastCaptures").value or ()
        captures = [CaptureState.model_validate_json(line) for line in lines]
        there = set(proxy.get_attribute_list())
        wanted = [fact for fact in FACTS if fact in there]
        facts = {item.name: item.value for item in proxy.read_attributes(wanted)}
        return captures, {**facts, "State": str(proxy.state()), "Status": proxy.status()}

    return question


def _report(name: str, answer: tuple[list[CaptureState], dict[str, object]] | Exception) -> HostReport:
    if isinstance(answer, Exception):
        return HostReport(name, problem=f"{name} does not answer: {reason(answer)}")
    return HostReport(name, captures=answer[0], facts=answer[1])
