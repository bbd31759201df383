"""Where data goes: to the session's folders while they can be trusted, else to the unowned one."""

from collections.abc import Callable

from pathfixer.current import Current
from pathfixer.endstations import Endstation
from pathfixer.following.follower import Run
from pathfixer.following.followers import Followers
from pathfixer.sessions import closed_document
from pathfixer.watch import TreeWatch
from scifish.session import Session
from sdm.folders.findings import Finding


class Destination:
    """Sends everything that follows a session there.

    Parameters
    ----------
    current
        Whose session counts.
    watch
        Whether its folders can be trusted.
    macro_servers, listeners
        What follows it.
    endstation_of
        Tells what of that belongs to an endstation.
    unowned_path
        Where scans without a session go.
    """

    def __init__(
        self,
        current: Current,
        watch: TreeWatch,
        macro_servers: Followers,
        listeners: Followers,
        endstation_of: Callable[[str | None], Endstation],
        unowned_path: str,
    ) -> None:
        self._current = current
        self._watch = watch
        self.macro_servers = macro_servers
        self.listeners = listeners
        self._endstation_of = endstation_of
        self._unowned = closed_document(0, current.session.beamline, unowned_path)

    def start(self, run: Run) -> None:
        """Begin; where there is a session nobody is sent to its folders before they have been looked at."""
        if not self._current.is_open:
            self.follow()
        for followers in (self.macro_servers, self.listeners):
            followers.start(run)

    def stop(self) -> None:
        """Follow no more; returns at once."""
        for followers in (self.macro_servers, self.listeners):
            followers.stop()

    def complaints(self) -> list[str]:
        """Return what people should see to, with the name of who did not follow."""
        return [*self.macro_servers.complaints(), *self.listeners.complaints()]

    def listener_findings(self) -> list[Finding]:
        """Return how the listeners stand, for a check."""
        complaints = self.listeners.complaints()
        if not complaints and self.listeners.lines():
            return [Finding(part="listeners", ok=True, finding="; ".join(self.listeners.lines()))]
        return [Finding(part="listeners", ok=False, finding=text, cure=_CURE) for text in complaints]

    def follow(self) -> None:
        """Send everybody where the session is now; returns at once."""
        session = self._session()
        place = self._endstation_of(session.endstation)
        for followers in (self.macro_servers, self.listeners):
            followers.follow(session, self._unowned, place.followers)

    def wait(self, timeout_s: float) -> None:
        """Wait until every MacroServer has tried to follow once, at most so long altogether."""
        self.macro_servers.wait(timeout_s)

    def _session(self) -> Session:
        is_safe = self._current.is_open and not self._watch.broken
        return self._current.session if is_safe else self._unowned


_CURE = "see to that device; it follows by itself when it lets itself be written"
