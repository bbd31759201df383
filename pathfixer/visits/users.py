"""Who still has a visit: sessions, Doors and ScanDirs. Who does not answer has it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from pathfixer.errors import MacroServerError
from scifish.session import Session
from sdm.path_rules import is_inside


class NoAnswerError(Exception):
    """A device did not answer; nothing is known of what it does."""


class Beamline(Protocol):
    """What can be asked at a beamline; every call may take seconds."""

    def sibling(self, name: str) -> "SiblingState":
        """Return what another PathFixer has; raises NoAnswerError."""
        ...

    def scan_dirs(self, macro_server: str) -> Mapping[str, str | None]:
        """Return the ScanDir of every scope, read back now; raises MacroServerError."""
        ...

    def busy_doors(self, macro_server: str) -> list[str]:
        """Return a sentence for each Door of a MacroServer that is at work, or may be."""
        ...


class SiblingState(Protocol):
    """What another PathFixer of the beamline has."""

    @property
    def folders(self) -> Sequence[str]:
        """Folders of its session and of visits that it has opened again."""
        ...

    @property
    def macro_servers(self) -> Sequence[str]:
        """The MacroServers that follow it."""
        ...


class VisitUsers:
    """Finds who has a visit.

    Parameters
    ----------
    session
        Returns this PathFixer's own session.
    beamline
        Asks the others.
    siblings, macro_servers
        The other PathFixers of the beamline, and the MacroServers that follow this one.
    """

    def __init__(
        self,
        session: Callable[[], Session | None],
        beamline: Beamline,
        siblings: Sequence[str],
        macro_servers: Sequence[str],
    ) -> None:
        self._session = session
        self._beamline = beamline
        self._siblings = siblings
        self._macro_servers = macro_servers

    def own_session_has(self, folder: str) -> bool:
        """Tell whether this PathFixer's session lies in a visit's folder; never waits."""
        session = self._session()
        return session is not None and session.state == "open" and is_inside(session.path, folder)

    def of(self, folder: str) -> list[str]:
        """Return a sentence for each who has, or may have, a visit; empty when nobody has."""
        users = ["the session of this PathFixer is in it"] if self.own_session_has(folder) else []
        servers, siblings = list(self._macro_servers), self._siblings_now()
        for state in siblings.values():
            servers += [] if isinstance(state, NoAnswerError) else state.macro_servers
        users += _who_have(siblings, folder)
        for server in {name.lower(): name for name in servers}.values():
            users += self._of_server(server, folder)
        return users

    def siblings_of(self, folder: str) -> list[str]:
        """Return a sentence for each sibling that has, or may have, a visit."""
        return _who_have(self._siblings_now(), folder)

    def _siblings_now(self) -> "dict[str, SiblingState | NoAnswerError]":
        found: dict[str, SiblingState | NoAnswerError] = {}
        for name in self._siblings:
            try:
                found[name] = self._beamline.sibling(name)
            except NoAnswerError as error:
                found[name] = error
        return found

    def _of_server(self, server: str, folder: str) -> list[str]:
        try:
            scan_dirs = self._beamline.scan_dirs(server)
        except MacroServerError as error:
            return [f"{server} may have it: {error}"]
        inside = [scope for scope, path in scan_dirs.items() if path and is_inside(path, folder)]
        return [
            *(f"{scope} of {server} lies in it" for scope in inside),
            *self._beamline.busy_doors(server),
        ]


def _who_have(siblings: "Mapping[str, SiblingState | NoAnswerError]", folder: str) -> list[str]:
    users = []
    for name, state in siblings.items():
        if isinstance(state, NoAnswerError):
            users.append(f"PathFixer {name} does not answer: {state}")
        elif any(is_inside(path, folder) for path in state.folders):
            users.append(f"PathFixer {name} has it")
    return users
