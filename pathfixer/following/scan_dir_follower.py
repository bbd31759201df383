"""Bringing one MacroServer's ScanDir, and at opening its ScanFile, to the session."""

from collections.abc import Callable, Mapping
from typing import Protocol

from pathfixer.errors import MacroServerError
from pathfixer.following.follower import Settled, Standing
from pathfixer.following.scan_dir import GLOBAL, Decision, ScanSettings, Written, decide, target_of
from pathfixer.following.scan_file import SCAN_FILE, scan_file_of
from pathfixer.sessions import left_folders
from pathfixer.steps import Step
from scifish.session import Session

STEPS = 200
"""So far back a session's earlier samples are known."""


class Environment(Protocol):
    """A MacroServer's environment; every call may take seconds and raise MacroServerError."""

    name: str

    def look(self) -> ScanSettings:
        """Return what decides where scans are saved."""
        ...

    def change(self, write: Mapping[str, Written], delete: tuple[str, ...]) -> None:
        """Write and delete variables."""
        ...

    def listen(self, on_event: Callable[[], None]) -> None:
        """Have a function called at every change."""
        ...

    def close(self) -> None:
        """Call it no more."""
        ...


class Memory(Settled, Protocol):
    """Remembers, across restarts, what was reached, and the sessions there were."""

    def history(self, limit: int) -> list[Step]:
        """Return the newest steps, newest first."""
        ...


class ScanDirFollower:
    """What ``follower.Follower`` sends to sessions for a MacroServer.

    Parameters
    ----------
    environment
        The MacroServer.
    memory
        What was reached before a restart, so that a user's later change is known as one; and where
        the session's earlier samples were.
    put_back, in_proposal
        See ``scan_dir.decide``.
    scan_file
        Templates of ScanFile, written once at opening; none leaves it alone.
    """

    def __init__(
        self,
        environment: Environment,
        memory: Memory,
        put_back: bool,
        in_proposal: Callable[[str], bool],
        scan_file: tuple[str, ...] = (),
    ) -> None:
        self.name = environment.name
        self.listen, self.close = environment.listen, environment.close
        self._environment = environment
        self._memory = memory
        self._put_back = put_back
        self._in_proposal = in_proposal
        self._scan_file = scan_file
        self._left: tuple[int, frozenset[str]] = (0, frozenset())
        self._last_scan: tuple[str, int] | None = None

    def bring(self, session: Session) -> Standing:
        """Look at every scope, and write only what differs; raises MacroServerError."""
        target = target_of(session, self._left_folders(session))
        found = self._environment.look()
        settled = self._memory.settled(self.name) == target.scan_dir
        decision = decide(found.scan_dirs, target, settled, self._put_back, self._in_proposal)
        opening = self._new_opening(session)
        write = decision.write | (self._scan_file_for(session, found) if opening else {})
        if write or decision.delete:
            found = self._change(Decision(write, decision.delete))
        if not settled and found.scan_dirs.get(GLOBAL) == target.scan_dir:
            self._memory.set_settled(self.name, target.scan_dir)
        if opening:
            self._memory.set_settled(self._opening_key, opening)
        overrides = (*decision.overrides, *self._scan_id_went_back(session, found.scan_id))
        return Standing(found.scan_dirs.get(GLOBAL), overrides)

    def _left_folders(self, session: Session) -> frozenset[str]:
        if session.state == "open" and self._left[0] != session.revision:
            self._left = session.revision, left_folders(self._memory.history(STEPS), session)
        return self._left[1]

    @property
    def _opening_key(self) -> str:
        return f"{self.name} {SCAN_FILE}"

    def _new_opening(self, session: Session) -> str | None:
        """Return which opening it is that ScanFile is yet to be written for, if any is to be."""
        if not self._scan_file or session.opened_at is None:
            return None
        opening = session.opened_at.isoformat()
        return opening if self._memory.settled(self._opening_key) != opening else None

    def _scan_file_for(self, session: Session, found: ScanSettings) -> dict[str, Written]:
        wanted = scan_file_of(self._scan_file, session)
        return {} if found.scan_file == wanted else {SCAN_FILE: wanted}

    def _change(self, decision: Decision) -> ScanSettings:
        self._environment.change(decision.write, decision.delete)
        found = self._environment.look()
        read_back = {SCAN_FILE: found.scan_file, **found.scan_dirs}
        for name, wanted in decision.write.items():
            if read_back.get(name) != wanted:
                raise MacroServerError(f"{name} reads back as {read_back.get(name)!r} instead of {wanted!r}")
        return found

    def _scan_id_went_back(self, session: Session, scan_id: int | None) -> tuple[str, ...]:
        opening = str(session.opened_at)
        if scan_id is None:
            return ()
        if self._last_scan is None or self._last_scan[0] != opening or scan_id >= self._last_scan[1]:
            self._last_scan = (opening, scan_id)
            return ()
        return (
            f"ScanID went back from {self._last_scan[1]} to {scan_id}: was an old copy of expconf applied? "
            f"The next scans bear numbers that exist already",
        )
