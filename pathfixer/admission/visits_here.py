"""The visits of proposals at one beamline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pathfixer.admission.admitting import nothing_kept, visits_of
from sdm.path_rules import PathRules
from sdm.user_office.protocol import Proposal
from sdm.visits import Kept, Visit


@dataclass(frozen=True)
class VisitsHere:
    """Knows which visits a proposal has here.

    Attributes
    ----------
    beamline, rules
        Where, and how visits are named and categories follow from types.
    kept
        Returns the visits of a proposal whose folders exist; they keep their names.
    """

    beamline: str
    rules: PathRules
    kept: Callable[[str], Sequence[Kept]] = nothing_kept

    def of(self, proposal: Proposal) -> list[Visit]:
        """Return the visits of its schedule, under the names of their folders where those exist."""
        return visits_of(proposal, self.beamline, self.rules, self.kept(proposal.number))

    def with_folders(self, number: str) -> list[Visit]:
        """Return the visits of a proposal whose folders exist, whatever the schedule says."""
        return [one.visit for one in self.kept(number)]
