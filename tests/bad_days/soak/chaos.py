"""A random bad day every few seconds, one after the other and side by side, as a seed says."""

import time
from dataclasses import dataclass, field
from random import Random

from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.soak.faults import FAULTS, MACRO_SERVER, Fault

PAUSE_S = (1.0, 3.5)
"""Between the begin of one and that of the next."""
SPAN_S = (0.3, 6.0)
"""How long one lasts."""
AT_ONCE = 3


@dataclass
class Chaos:
    """Used by the thread that starts services, since they live no longer than it.

    Attributes
    ----------
    beamline
        What it happens to.
    seed
        Same seed, same faults in the same order with the same spans.
    log
        The names of what has happened.
    """

    beamline: TrialBeamline
    seed: int
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._active: dict[Fault, float] = {}
        self._next_s = time.monotonic() + self._random.uniform(*PAUSE_S)

    def step(self) -> Fault | None:
        """End what has lasted long enough, begin what is due, and return that."""
        now = time.monotonic()
        for fault in [one for one, until in self._active.items() if until <= now]:
            self._end(fault)
        if now < self._next_s or len(self._active) >= AT_ONCE:
            return None
        return self._begin(now)

    def end(self) -> None:
        """End everything that is going on."""
        for fault in list(self._active):
            self._end(fault)

    def _begin(self, now: float) -> Fault:
        fault = self._choose()
        fault.start(self.beamline)
        self.log.append(fault.name)
        self._active[fault] = now + self._random.uniform(*SPAN_S)
        self._next_s = time.monotonic() + self._random.uniform(*PAUSE_S)
        if fault == MACRO_SERVER:
            self._bring_back_sardana()
        return fault

    def _bring_back_sardana(self) -> None:
        """Nothing is measured without it, so it comes back at once."""
        del self._active[MACRO_SERVER]
        self.beamline.start(MACRO_SERVER.service)

    def _choose(self) -> Fault:
        taken = {fault.service for fault in self._active}
        free = [fault for fault in FAULTS if fault.service not in taken]
        return self._random.choices(free, [fault.weight for fault in free])[0]

    def _end(self, fault: Fault) -> None:
        del self._active[fault]
        fault.heal(self.beamline)
