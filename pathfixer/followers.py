"""All the MacroServers of a PathFixer together."""

import time
from collections.abc import Collection

from pathfixer.follower import Follower, Report, Run
from pathfixer.scan_dir import Target


class Followers:
    """The followers of one PathFixer, by the name of their MacroServer."""

    def __init__(self, followers: Collection[Follower]) -> None:
        self._followers = list(followers)

    def start(self, run: Run) -> None:
        """Start every follower's thread."""
        for follower in self._followers:
            follower.start(run)

    def follow(self, session: Target, unowned: Target, chosen: Collection[str]) -> None:
        """Send the chosen MacroServers to the session, the others to the folder for unowned scans."""
        names = {name.lower() for name in chosen}
        for follower in self._followers:
            follower.follow(session if follower.report.name.lower() in names else unowned)

    def wait(self, timeout_s: float) -> None:
        """Wait until each has tried its target once, at most so long altogether."""
        deadline = time.monotonic() + timeout_s
        for follower in self._followers:
            follower.wait_current(max(0.0, deadline - time.monotonic()))

    def reports(self) -> list[Report]:
        """Return the newest reports; never waits."""
        return [follower.report for follower in self._followers]

    def complaints(self) -> list[str]:
        """Return what people should see to."""
        return [text for report in self.reports() for text in report.complaints]

    def stop(self) -> None:
        """Stop them all; returns at once."""
        for follower in self._followers:
            follower.stop()
