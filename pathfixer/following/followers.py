"""All the MacroServers, or all the listeners, of a PathFixer together."""

import time
from collections.abc import Collection

from pathfixer.following.follower import Follower, Report, Run
from scifish.session import Session


class Followers:
    """The followers of one PathFixer, by the name of their device or attribute."""

    def __init__(self, followers: Collection[Follower]) -> None:
        self._followers = list(followers)

    def start(self, run: Run) -> None:
        """Start every follower's thread."""
        for follower in self._followers:
            follower.start(run)

    def follow(self, session: Session, unowned: Session, chosen: Collection[str]) -> None:
        """Send the chosen ones to the session, the others where data without a session goes."""
        names = {name.lower() for name in chosen}
        for follower in self._followers:
            follower.follow(session if follower.report.name.lower() in names else unowned)

    def wait(self, timeout_s: float) -> None:
        """Wait until each has tried its session once, at most so long altogether."""
        deadline = time.monotonic() + timeout_s
        for follower in self._followers:
            follower.wait_current(max(0.0, deadline - time.monotonic()))

    def reports(self) -> list[Report]:
        """Return the newest reports; never waits."""
        return [follower.report for follower in self._followers]

    def lines(self) -> list[str]:
        """Return one line for people of each."""
        return [report.line for report in self.reports()]

    def complaints(self) -> list[str]:
        """Return what people should see to."""
        return [text for report in self.reports() for text in report.complaints]

    def stop(self) -> None:
        """Stop them all; returns at once."""
        for follower in self._followers:
            follower.stop()
