"""Asking the other devices of a beamline through Tango: siblings, MacroServers and their Doors."""

from collections.abc import Mapping
from dataclasses import dataclass

import tango

from pathfixer.sardana import MacroServerEnvironment, reason_of
from pathfixer.visit_users import NoAnswerError
from scifish.errors import MessageError
from scifish.session import parse_session

TIMEOUT_MS = 3000
IDLE = (tango.DevState.ON, tango.DevState.ALARM)


@dataclass(frozen=True)
class Sibling:
    """What another PathFixer has."""

    folders: tuple[str, ...]
    macro_servers: tuple[str, ...]


class Neighbours:
    """The devices of one beamline; proxies are made anew for each question, which is seldom asked."""

    def sibling(self, name: str) -> Sibling:
        """Return the folders and MacroServers of another PathFixer; raises NoAnswerError."""
        try:
            session, visits, scan_dirs = (
                one.value for one in _proxy(name).read_attributes(["Session", "VisitStates", "ScanDirs"])
            )
            path = parse_session(session).path
        except tango.DevFailed as error:
            raise NoAnswerError(reason_of(error)) from None
        except MessageError as error:
            raise NoAnswerError(f"its session cannot be read: {error}") from None
        reopened = [line.split("  ")[1] for line in visits or () if line.startswith("reopened  ")]
        servers = tuple(line.split(": ")[0] for line in scan_dirs or ())
        return Sibling((*([path] if path else []), *reopened), servers)

    def scan_dirs(self, macro_server: str) -> Mapping[str, str | None]:
        """Return the ScanDir of every scope, read back now; raises MacroServerError."""
        return MacroServerEnvironment(macro_server).scan_dirs()

    def running_doors(self, macro_server: str) -> list[str]:
        """Return the Doors of a MacroServer on which a macro runs or is paused; raises NoAnswerError."""
        try:
            return [door for door in _doors_of(macro_server) if _proxy(door).state() not in IDLE]
        except tango.DevFailed as error:
            raise NoAnswerError(reason_of(error)) from None


def _doors_of(macro_server: str) -> list[str]:
    """Return the Doors in the server process of a MacroServer, where Sardana keeps them."""
    server = _proxy(macro_server).info().server_id
    pairs = list(tango.Database().get_device_class_list(server).value_string)
    return [name for name, kind in zip(pairs[::2], pairs[1::2], strict=True) if kind == "Door"]


def _proxy(name: str) -> tango.DeviceProxy:
    proxy = tango.DeviceProxy(name)
    proxy.set_timeout_millis(TIMEOUT_MS)
    return proxy
