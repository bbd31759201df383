"""Doors and growing files that a test decides about."""

from collections.abc import Collection

from pathfixer.doors import Doors
from sdm.folders.growth_watch import Growth, GrowthWatch


class DoorsInMemory(Doors):
    """Behaves as ``pathfixer.doors.Doors``; ``running`` is what it finds, by Door."""

    def __init__(self) -> None:
        self.running: dict[str, str] = {}
        self.asked: list[tuple[tuple[str, ...], tuple[str, ...]]] = []

    def learn(self, doors: Collection[str], macro_servers: Collection[str]) -> None:
        """Do nothing."""

    def busy(self, doors: Collection[str], macro_servers: Collection[str]) -> dict[str, str]:
        """Return the test's sentences."""
        self.asked.append((tuple(doors), tuple(macro_servers)))
        return dict(self.running)

    def at_work(self, doors: Collection[str], macro_servers: Collection[str]) -> list[str]:
        """Return the Doors of the test's sentences."""
        return sorted(self.running)

    def close(self) -> None:
        """Do nothing."""


class GrowthInMemory(GrowthWatch):
    """Behaves as ``sdm.folders.growth_watch.GrowthWatch`` without a child; a test sets ``growth``."""

    def __init__(self) -> None:
        super().__init__(0, lambda function: None)
        self.growth: Growth | None = None
        self.watched: str | None = None

    def watch(self, folder: str | None) -> None:
        """Note the folder."""
        self.watched = folder

    def last(self) -> Growth | None:
        """Return the test's growth."""
        return self.growth
