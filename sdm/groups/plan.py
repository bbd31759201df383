"""What a plan for one proposal holds. Pure."""

from dataclasses import dataclass

from sdm.groups.steps import Step


@dataclass(frozen=True)
class Plan:
    """Everything that is to be done, and what people must know.

    Attributes
    ----------
    steps
        In the order in which they are done.
    problems
        What cannot be done until somebody has seen to it; the steps are good without it.
    holds
        Why nothing is done without ``--yes``.
    blocks
        Why nothing is done at all.
    warnings
        What may go wrong later.
    """

    proposal: str
    group: str
    steps: tuple[Step, ...] = ()
    problems: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
