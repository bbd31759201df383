"""Whether a session may be switched now: not under a running macro, not under growing files."""

from collections.abc import Callable
from typing import Protocol

from pathfixer.doors import Doors
from pathfixer.endstations import Endstation
from pathfixer.errors import NeedsForceError, RefusedError
from pathfixer.open_request import Request
from scifish.session import Session
from sdm.folders.growth_watch import Growth


class LastGrowth(Protocol):
    """Knows which file grew last."""

    def last(self) -> Growth | None:
        """Return it; none when none did."""
        ...


class SwitchGuard:
    """Says what speaks against a switch, and lets those pass who give a reason.

    Parameters
    ----------
    doors
        Looks whether macros run.
    growth
        Knows which file of the session grew last.
    growth_window_s
        A file that grew so lately is still being written.
    endstation_of
        Tells the MacroServers and Doors of an endstation.
    """

    def __init__(
        self,
        doors: Doors,
        growth: LastGrowth,
        growth_window_s: float,
        endstation_of: Callable[[str | None], Endstation],
    ) -> None:
        self._doors = doors
        self._growth = growth
        self._growth_window_s = growth_window_s
        self._endstation_of = endstation_of

    def prepare(self) -> None:
        """Learn which Doors there are; takes seconds when a MacroServer does not answer."""
        everything = self._endstation_of(None)
        self._doors.learn(everything.doors, everything.macro_servers)

    def let_pass(self, session: Session, endstations: list[str | None], request: Request) -> str:
        """Return what the history is to say of a forced switch; empty when nothing speaks against it.

        Parameters
        ----------
        session
            The one that is left, open or closed.
        endstations
            Those whose scans the switch concerns.
        request
            Says why it is to be done in spite of everything, and which Door's macro asks.

        Raises
        ------
        NeedsForceError
            With all that speaks against it.
        RefusedError
            A reason is given, and not the name of who gives it.
        """
        force_reason = request.force_reason
        if force_reason and not request.asker:
            raise RefusedError("a force_reason needs the name of who gives it: asked_by")
        obstacles = [*self._macros(endstations, request.asking_door), *self._growing(session)]
        if not obstacles:
            return f"forced without need: {force_reason}" if force_reason else ""
        found = "; ".join(obstacles)
        if not force_reason:
            raise NeedsForceError(f"{found}. Wait until that is done, or force it with a reason")
        return f"forced: {force_reason}, although {found}"

    def close(self) -> None:
        """Look at nothing any more."""
        self._doors.close()

    def _macros(self, endstations: list[str | None], asking_door: str) -> list[str]:
        busy: dict[str, str] = {}
        for name in dict.fromkeys(endstations):
            place = self._endstation_of(name)
            busy |= self._doors.busy(place.doors, place.macro_servers)
        busy.pop(asking_door.lower(), None)
        return list(busy.values())

    def _growing(self, session: Session) -> list[str]:
        last = self._growth.last() if session.state == "open" else None
        if last is None or last.age_s >= self._growth_window_s:
            return []
        return [f"{last.path} grew {last.age_s:.0f} s ago (no switch before {self._growth_window_s:g} s)"]
