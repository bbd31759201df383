"""Where data goes: to the session's folders while they can be trusted, else to the unowned one."""

from collections.abc import Callable

from pathfixer.current import Current
from pathfixer.followers import Followers
from pathfixer.scan_dir import Target
from pathfixer.watch import TreeWatch


class Destination:
    """Sends everything that follows a session there.

    Parameters
    ----------
    current
        Whose session counts.
    watch
        Whether its folders can be trusted.
    followers
        What follows it.
    servers_of
        Tells the MacroServers of an endstation.
    unowned_path
        Where scans without a session go.
    """

    def __init__(
        self,
        current: Current,
        watch: TreeWatch,
        followers: Followers,
        servers_of: Callable[[str | None], tuple[str, ...]],
        unowned_path: str,
    ) -> None:
        self._current = current
        self._watch = watch
        self._followers = followers
        self._servers_of = servers_of
        self._unowned_path = unowned_path

    @property
    def lines(self) -> list[str]:
        """One line per MacroServer: where its scans go."""
        return [report.line for report in self._followers.reports()]

    def complaints(self) -> list[str]:
        """Return what people should see to, with the name of who did not follow."""
        return self._followers.complaints()

    def follow(self) -> None:
        """Send everybody where the session is now; returns at once."""
        session, unowned = self._current.session, Target(self._unowned_path)
        is_safe = self._current.is_open and not self._watch.broken
        target = Target(session.sample_path, session.path) if is_safe else unowned
        self._followers.follow(target, unowned, self._servers_of(session.endstation))

    def wait(self, timeout_s: float) -> None:
        """Wait until everybody has tried to follow once, at most so long altogether."""
        self._followers.wait(timeout_s)
