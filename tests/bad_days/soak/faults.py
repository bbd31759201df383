"""Bad things that begin and end, one object each; all of them in the words of the harness."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import tango

from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.soak.outer_faults import Forgetful, Garbage, Hung, SciCatIll


class Fault(Protocol):
    """Something bad; begun and ended by one thread.

    Attributes
    ----------
    service
        Whom it befalls; nobody is befallen twice at once.
    name
        For people.
    weight
        How often it happens, beside the others.
    """

    @property
    def service(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> int: ...

    def start(self, beamline: TrialBeamline) -> None:
        """Let it begin."""
        ...

    def heal(self, beamline: TrialBeamline) -> None:
        """Let it end; what it befell may need a while yet."""
        ...


@dataclass(frozen=True)
class Killed:
    """``kill -9``, and started again."""

    service: str
    weight: int = 3

    @property
    def name(self) -> str:
        return f"{self.service} killed"

    def start(self, beamline: TrialBeamline) -> None:
        beamline.kill(self.service)

    def heal(self, beamline: TrialBeamline) -> None:
        beamline.start(self.service, wait=False)


@dataclass(frozen=True)
class KilledAt:
    """Killed at an exact place, should it come there; then started again without the fault."""

    service: str
    place: str
    weight: int = 2

    @property
    def name(self) -> str:
        return f"{self.service} killed at {self.place}"

    def start(self, beamline: TrialBeamline) -> None:
        beamline.restart(self.service, fault=f"{self.place}:kill", wait=False)

    def heal(self, beamline: TrialBeamline) -> None:
        beamline.restart(self.service, wait=False)


@dataclass(frozen=True)
class Frozen:
    """SIGSTOP, and SIGCONT."""

    service: str
    weight: int = 3

    @property
    def name(self) -> str:
        return f"{self.service} frozen"

    def start(self, beamline: TrialBeamline) -> None:
        beamline.freeze(self.service)

    def heal(self, beamline: TrialBeamline) -> None:
        beamline.thaw(self.service)


@dataclass(frozen=True)
class Restarted:
    """Ended as an administrator does, and started again."""

    service: str
    weight: int = 2

    @property
    def name(self) -> str:
        return f"{self.service} stopped"

    def start(self, beamline: TrialBeamline) -> None:
        beamline.stop(self.service)

    def heal(self, beamline: TrialBeamline) -> None:
        beamline.start(self.service, wait=False)


@dataclass(frozen=True)
class Asked:
    """The user stops or aborts whatever macro is at work."""

    command: str
    status: str
    service: str = "the user"
    weight: int = 1

    @property
    def name(self) -> str:
        return self.command

    def start(self, beamline: TrialBeamline) -> None:
        with suppress(tango.DevFailed):  # a Sardana that hangs over it does not answer
            beamline.door.proxy.command_inout(self.command)

    def heal(self, beamline: TrialBeamline) -> None:
        pass


MACRO_SERVER = Killed("sardana", weight=2)
"""Rarer than the others together, since the beamline measures nothing until it is back."""
BEFALLEN = ("scifish", "scicow-mongodb", "mongod", "kafka", "pathfixer", "scidog", "simulation")
FAULTS: tuple[Fault, ...] = (
    *(Killed(service) for service in BEFALLEN),
    *(Frozen(service) for service in BEFALLEN),
    *(Restarted(service) for service in BEFALLEN),
    Killed("scicow-scicat"),
    Killed("scifly", weight=1),
    SciCatIll(),
    Garbage(),
    Forgetful(),
    Hung(),
    KilledAt("scifish", "forwarder.acknowledged"),
    KilledAt("scifish", "closing.committed"),
    KilledAt("scicow-mongodb", "scicow.written"),
    KilledAt("scicow-scicat", "scicow.noted"),
    Asked("StopMacro", "stopped"),
    Asked("AbortMacro", "aborted"),
    MACRO_SERVER,
)
