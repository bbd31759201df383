"""Keeping one MacroServer's ScanDir where the session is, in the background and for ever.

One thread per MacroServer: one that is frozen keeps nobody else waiting.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pathfixer.errors import MacroServerError
from pathfixer.scan_dir import GLOBAL, Decision, Target, decide

Run = Callable[[Callable[[], None]], None]
"""Runs a function on a daemon thread."""


class Environment(Protocol):
    """A MacroServer's environment; every call may take seconds and raise MacroServerError."""

    name: str

    def scan_dirs(self) -> dict[str, str | None]:
        """Return the ScanDir of every scope; the global one may be none."""
        ...

    def change(self, write: Mapping[str, str], delete: tuple[str, ...]) -> None:
        """Write and delete variables."""
        ...


class Settled(Protocol):
    """Remembers, across restarts, which ScanDir was reached."""

    def settled(self, macro_server: str) -> str | None:
        """Return the ScanDir last reached."""
        ...

    def set_settled(self, macro_server: str, scan_dir: str) -> None:
        """Remember the ScanDir just reached."""
        ...


@dataclass(frozen=True)
class Report:
    """How a MacroServer stands to its target."""

    name: str
    target: Target | None = None
    scan_dir: str | None = None
    problem: str | None = None
    overrides: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """One line for people."""
        return f"{self.name}: {self.scan_dir or 'ScanDir not known'}" + (
            f" ({self.problem})" if self.problem else ""
        )

    @property
    def complaints(self) -> list[str]:
        """What a person should see to, with the MacroServer's name."""
        found = [*([self.problem] if self.problem else []), *self.overrides]
        return [f"{self.name}: {text}" for text in found]


class Follower:
    """Follows targets for one MacroServer.

    Parameters
    ----------
    environment
        The MacroServer.
    memory
        What was reached before a restart, so that a user's later change is known as one.
    put_back, in_proposal
        See ``scan_dir.decide``.
    interval_s
        How often it looks when nothing is asked of it.
    on_change
        Called, on the follower's thread, when the report has changed.
    """

    def __init__(
        self,
        environment: Environment,
        memory: Settled,
        put_back: bool,
        in_proposal: Callable[[str], bool],
        interval_s: float,
        on_change: Callable[[], None],
    ) -> None:
        self._environment = environment
        self._memory = memory
        self._put_back = put_back
        self._in_proposal = in_proposal
        self._interval_s = interval_s
        self._on_change = on_change
        self._changed = threading.Condition()
        self._target: Target | None = None
        self._stopped = False
        self._report = Report(environment.name)

    @property
    def report(self) -> Report:
        """The newest report; never waits."""
        return self._report

    def start(self, run: Run) -> None:
        """Start the thread."""
        run(self._work)

    def follow(self, target: Target) -> None:
        """Name another target; returns at once."""
        with self._changed:
            self._target = target
            self._changed.notify_all()

    def wait_current(self, timeout_s: float) -> bool:
        """Wait until the present target has been tried, with or without success; false when too late."""
        with self._changed:
            return self._changed.wait_for(lambda: self._report.target == self._target, timeout_s)

    def stop(self) -> None:
        """End the thread as soon as the MacroServer lets it go; returns at once."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _work(self) -> None:
        while not self._stopped:
            target = self._target
            if target is not None:
                self._tell(self._try(target))
            self._rest(target)

    def _rest(self, seen: Target | None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._target != seen, self._interval_s)

    def _try(self, target: Target) -> Report:
        name = self._environment.name
        try:
            return self._step(name, target)
        except MacroServerError as error:
            return Report(name, target, self._report.scan_dir, str(error))
        except Exception as error:  # noqa: BLE001 - edge of a thread that must go on; people see the report
            return Report(name, target, self._report.scan_dir, f"{type(error).__name__}: {error}")

    def _step(self, name: str, target: Target) -> Report:
        found = self._environment.scan_dirs()
        settled = self._memory.settled(name) == target.scan_dir
        decision = decide(found, target, settled, self._put_back, self._in_proposal)
        if decision.write or decision.delete:
            found = self._change(decision)
        if not settled and found.get(GLOBAL) == target.scan_dir:
            self._memory.set_settled(name, target.scan_dir)
        return Report(name, target, found.get(GLOBAL), None, decision.overrides)

    def _change(self, decision: Decision) -> dict[str, str | None]:
        self._environment.change(decision.write, decision.delete)
        found = self._environment.scan_dirs()
        for scope, wanted in decision.write.items():
            if found.get(scope) != wanted:
                raise MacroServerError(f"{scope} reads back as {found.get(scope)!r} instead of {wanted!r}")
        return found

    def _tell(self, report: Report) -> None:
        with self._changed:
            different = report != self._report
            self._report = report
            self._changed.notify_all()
        if different:
            self._on_change()
