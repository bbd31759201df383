"""What a listener waits for before it is sent to another sample: the end of the macro that runs.

A detector whose folder changes in the middle of a scan saves half of it elsewhere; Sardana itself
looks at ScanDir when a scan begins. A macro that changes the sample itself knows what it does.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from pathfixer.endstations import Endstation
from pathfixer.steps import Step
from scifish.session import Session


class WorkingDoors(Protocol):
    """Knows which Doors run a macro."""

    def at_work(self, doors: Collection[str], macro_servers: Collection[str]) -> list[str]:
        """Return those that say so themselves."""
        ...


class Suspense:
    """Tells whether a sample's change has to wait.

    Parameters
    ----------
    last_move
        Returns the newest step of the history that says where data go.
    doors
        Which of them run a macro.
    endstation_of
        Tells the MacroServers and Doors of an endstation.
    process_of
        Returns the id of a device's process; may take seconds.
    """

    def __init__(
        self,
        last_move: Callable[[], Step | None],
        doors: WorkingDoors,
        endstation_of: Callable[[str | None], Endstation],
        process_of: Callable[[str], int | None],
    ) -> None:
        self._last_move = last_move
        self._doors = doors
        self._endstation_of = endstation_of
        self._process_of = process_of

    def reason(self, session: Session) -> str | None:
        """Return what is waited for, in words; none when a session was opened or closed, or Doors rest."""
        step = self._last_move()
        if step is None or step.what != "sample":
            return None
        place = self._endstation_of(session.endstation)
        running = self._doors.at_work(place.doors, place.macro_servers)
        if not running or self._asked_by_one_of(place.macro_servers, step):
            return None
        return f"waits for the macro on {', '.join(running)}"

    def _asked_by_one_of(self, macro_servers: Collection[str], step: Step) -> bool:
        return any(step.client.endswith(f" pid {self._process_of(server)}") for server in macro_servers)
