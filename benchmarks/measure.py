"""Taking numbers fairly: rounds that alternate, and limits that stand as data beside their numbers.

Nothing here fails when a number is beyond its limit: it is told. A shared machine is noisy, so
what is compared is measured in turns within one run, and a ratio is that of each round's pair.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Statistic = Literal["median", "p95", "p99", "lowest"]
Sense = Literal["at most", "at least"]

ROUNDS = 30
PER_CENT = {"p95": 95, "p99": 99}


@dataclass(frozen=True)
class Limit:
    """What a number is meant to keep.

    Attributes
    ----------
    bound
        In the number's unit.
    of
        Which statistic of the samples it holds for.
    """

    bound: float
    of: Statistic = "median"
    sense: Sense = "at most"

    def __str__(self) -> str:
        sign = "≤" if self.sense == "at most" else "≥"
        return f"{'' if self.of == 'median' else self.of + ' '}{sign} {self.bound:g}"

    def kept_by(self, samples: Sequence[float]) -> bool:
        """Tell whether samples are within it."""
        value = statistic(samples, self.of)
        return value <= self.bound if self.sense == "at most" else value >= self.bound


@dataclass(frozen=True)
class Number:
    """One line of the table.

    Attributes
    ----------
    samples
        One value per round, in ``unit``.
    limits
        None: it stands there to be compared with.
    note
        What one must know to read it.
    """

    name: str
    unit: str
    samples: Sequence[float]
    limits: Sequence[Limit] = ()
    note: str = ""

    def verdict(self) -> str:
        """Return ``within``, ``beyond``, or nothing when there is no limit."""
        if not self.limits:
            return ""
        return "within" if all(limit.kept_by(self.samples) for limit in self.limits) else "beyond"


@dataclass(frozen=True)
class Group:
    """The numbers of one benchmark, and in words what was measured."""

    title: str
    numbers: list[Number] = field(default_factory=list)


def statistic(samples: Sequence[float], of: Statistic) -> float:
    """Return a statistic; a percentile is the smallest sample that so many per cent do not exceed."""
    if of == "median":
        return statistics.median(samples)
    ordered = sorted(samples)
    if of == "lowest":
        return ordered[0]
    return ordered[-(-len(ordered) * PER_CENT[of] // 100) - 1]


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def in_turns(actions: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Measure each action once a round, in the opposite order in every second round.

    Parameters
    ----------
    actions
        Each returns its own measure, e.g. seconds.
    """
    taken: dict[str, list[float]] = {name: [] for name in actions}
    names = list(actions)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(actions[name]())
    return taken


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return the ratio of each round's pair."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def milliseconds(samples: Sequence[float]) -> list[float]:
    """Return seconds as milliseconds."""
    return [1e3 * sample for sample in samples]
