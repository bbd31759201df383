"""The other devices of a beamline, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pathfixer.errors import MacroServerError
from pathfixer.visits.users import NoAnswerError


@dataclass
class SiblingInMemory:
    """What another PathFixer has."""

    folders: list[str] = field(default_factory=list)
    macro_servers: list[str] = field(default_factory=list)


@dataclass
class BeamlineInMemory:
    """Answers as ``pathfixer.visits.neighbours.Neighbours`` does with real devices.

    Attributes
    ----------
    siblings, environments, running
        What each PathFixer has, each MacroServer's ScanDirs, and its Doors on which a macro runs; a
        device that is not named does not answer.
    """

    siblings: dict[str, SiblingInMemory] = field(default_factory=dict)
    environments: dict[str, dict[str, str | None]] = field(default_factory=dict)
    running: dict[str, list[str]] = field(default_factory=dict)

    def sibling(self, name: str) -> SiblingInMemory:
        """Return what another PathFixer has; raises NoAnswerError."""
        if name not in self.siblings:
            raise NoAnswerError("no answer within 3 s")
        return self.siblings[name]

    def scan_dirs(self, macro_server: str) -> Mapping[str, str | None]:
        """Return the ScanDir of every scope; raises MacroServerError."""
        if macro_server not in self.environments:
            raise MacroServerError("cannot be read: no answer")
        return self.environments[macro_server]

    def busy_doors(self, macro_server: str) -> list[str]:
        """Return a sentence for each Door on which a macro runs."""
        return [f"a macro runs on {door}" for door in self.running.get(macro_server, [])]
