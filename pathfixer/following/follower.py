"""Keeping one MacroServer or listener where the session is, in the background and for ever.

One thread for each: one that is frozen keeps nobody else waiting.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pathfixer.errors import FollowError
from scifish.session import Session

LATE_S = 2.5
"""One that has not tried its session by then hangs, and people are told; a switch waits longer."""

CALM_S = 0.1
"""Two that fight over one value do it no faster than this."""

Run = Callable[[Callable[[], None]], None]
"""Runs a function on a daemon thread."""


@dataclass(frozen=True)
class Standing:
    """What was found, what somebody else has changed there, and what is waited for, in words."""

    value: str | None
    overrides: tuple[str, ...] = ()
    waits: str | None = None


class Followed(Protocol):
    """What can be sent to a session; every call may take seconds and raise FollowError."""

    name: str

    def bring(self, session: Session) -> Standing:
        """Look, and write what differs; a closed session stands for the folder for unowned scans."""
        ...

    def listen(self, on_event: Callable[[], None]) -> None:
        """Have a function called at every change from elsewhere, where there are events."""
        ...

    def close(self) -> None:
        """Hear nothing any more."""
        ...


class Settled(Protocol):
    """Remembers, across restarts, what was reached: a difference is then somebody's doing."""

    def settled(self, name: str) -> str | None:
        """Return the value last reached."""
        ...

    def set_settled(self, name: str, value: str) -> None:
        """Remember the value just reached."""
        ...


@dataclass(frozen=True)
class Report:
    """How a follower stands to the session that it was sent to."""

    name: str
    session: Session | None = None
    value: str | None = None
    problem: str | None = None
    overrides: tuple[str, ...] = ()
    waits: str | None = None

    @property
    def line(self) -> str:
        """One line for people."""
        shown = "not known" if self.value is None else self.value
        note = self.problem or self.waits
        return f"{self.name}: {shown}" + (f" ({note})" if note else "")

    @property
    def complaints(self) -> list[str]:
        """What a person should see to, with the name of who does not follow."""
        found = [*([self.problem] if self.problem else []), *self.overrides]
        return [f"{self.name}: {text}" for text in found]


class Follower:
    """Follows sessions.

    Parameters
    ----------
    followed
        What is sent there.
    interval_s
        How often it looks when nothing is asked of it and no event comes.
    on_change
        Called, on the follower's thread, when the report has changed.
    """

    def __init__(self, followed: Followed, interval_s: float, on_change: Callable[[], None]) -> None:
        self._followed = followed
        self._interval_s = interval_s
        self._on_change = on_change
        self._changed = threading.Condition()
        self._session: Session | None = None
        self._named_s = time.monotonic()
        self._nudged = False
        self._stopped = False
        self._report = Report(followed.name)

    @property
    def report(self) -> Report:
        """The newest report, or that there is none of the present session yet; never waits."""
        report, session = self._report, self._session
        if report.session == session or time.monotonic() - self._named_s < LATE_S:
            return report
        return replace(report, problem=_LATE)

    def start(self, run: Run) -> None:
        """Start the thread."""
        run(self._work)

    def follow(self, session: Session) -> None:
        """Name another session; returns at once."""
        with self._changed:
            if session != self._session:
                self._session, self._named_s = session, time.monotonic()
            self._changed.notify_all()

    def wait_current(self, timeout_s: float) -> bool:
        """Wait until the present session has been tried, with or without success; false when too late."""
        with self._changed:
            return self._changed.wait_for(lambda: self._report.session == self._session, timeout_s)

    def stop(self) -> None:
        """End the thread as soon as its device lets it go; returns at once."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _work(self) -> None:
        self._followed.listen(self._nudge)
        while not self._stopped:
            session = self._session
            if session is not None:
                self._tell(self._try(session))
            self._rest(session)
        self._followed.close()

    def _nudge(self) -> None:
        with self._changed:
            self._nudged = True
            self._changed.notify_all()

    def _rest(self, seen: Session | None) -> None:
        with self._changed:
            wanted = self._changed.wait_for(lambda: self._stopped or self._session != seen, CALM_S)
            if not wanted and not self._report.waits:
                self._changed.wait_for(
                    lambda: self._stopped or self._session != seen or self._nudged, self._interval_s
                )
            self._nudged = False

    def _try(self, session: Session) -> Report:
        name = self._followed.name
        try:
            standing = self._followed.bring(session)
        except FollowError as error:
            return Report(name, session, self._report.value, str(error))
        except Exception as error:  # noqa: BLE001 - edge of a thread that must go on; people see the report
            return Report(name, session, self._report.value, f"{type(error).__name__}: {error}")
        return Report(name, session, standing.value, None, standing.overrides, standing.waits)

    def _tell(self, report: Report) -> None:
        with self._changed:
            different = report != self._report
            self._report = report
            self._changed.notify_all()
        if different:
            self._on_change()


_LATE = "does not answer, and may still be where it was"
