"""Asking the other devices of a beamline through Tango: siblings, MacroServers and their Doors."""

from collections.abc import Mapping
from dataclasses import dataclass

import tango

from pathfixer.doors import Doors
from pathfixer.sardana import MacroServerEnvironment, reason_of
from pathfixer.visits.known import reopened_at
from pathfixer.visits.users import NoAnswerError
from scifish.errors import MessageError
from scifish.session import parse_session

ASKED = ["Session", "VisitStates", "MacroServers"]


@dataclass(frozen=True)
class Sibling:
    """What another PathFixer has."""

    folders: tuple[str, ...]
    macro_servers: tuple[str, ...]


class Neighbours:
    """The devices of one beamline; proxies are made anew for each question, which is seldom asked.

    Parameters
    ----------
    doors
        Looks at Doors.
    """

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def sibling(self, name: str) -> Sibling:
        """Return the folders and MacroServers of another PathFixer; raises NoAnswerError."""
        try:
            session, visits, servers = (one.value for one in tango.DeviceProxy(name).read_attributes(ASKED))
            path = parse_session(session).path
        except tango.DevFailed as error:
            raise NoAnswerError(reason_of(error)) from None
        except MessageError as error:
            raise NoAnswerError(f"its session cannot be read: {error}") from None
        reopened = reopened_at(visits or (), name)
        return Sibling((*([path] if path else []), *reopened), tuple(servers or ()))

    def scan_dirs(self, macro_server: str) -> Mapping[str, str | None]:
        """Return the ScanDir of every scope, read back now; raises MacroServerError."""
        return MacroServerEnvironment(macro_server).scan_dirs()

    def busy_doors(self, macro_server: str) -> list[str]:
        """Return a sentence for each Door of a MacroServer that is at work, or may be."""
        return list(self._doors.busy((), (macro_server,)).values())
