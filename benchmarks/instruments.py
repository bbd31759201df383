"""A Tango device as beamlines have many: ten attributes of mixed kinds, and ways to be ill.

Run it as ``python -m benchmarks.instruments <instance>``.
"""

import time
from collections.abc import Callable
from enum import IntEnum

import numpy as np
from tango import AttrWriteType
from tango.server import Device, attribute, run

NUMBERS = ("position", "velocity", "current", "voltage", "pressure", "temperature")
ATTRIBUTES = (*NUMBERS, "mode", "State", "sample_name", "profile")


class Mode(IntEnum):
    """Labels of ``mode``."""

    IDLE = 0
    SCANNING = 1


class Instrument(Device):
    """Six numbers with units, an enum, a state, a text and a spectrum of 16 numbers."""

    pause_s = attribute(dtype=float, access=AttrWriteType.READ_WRITE, unit="s")
    _pause_s = 0.0

    def read_pause_s(self) -> float:
        """Return how long a read of ``mode`` takes."""
        return self._pause_s

    def write_pause_s(self, value: float) -> None:
        """Let reads of ``mode`` take longer."""
        self._pause_s = value

    @attribute(dtype=Mode)
    def mode(self) -> Mode:
        """Tell a mode, after a pause."""
        time.sleep(self._pause_s)
        return Mode.SCANNING

    @attribute(dtype=str)
    def sample_name(self) -> str:
        """Tell a name."""
        return "a sample of some kind"

    @attribute(dtype=(float,), max_dim_x=16, unit="counts")
    def profile(self) -> np.ndarray:
        """Tell a short spectrum."""
        return np.linspace(0, 1, 16)

    def initialize_dynamic_attributes(self) -> None:
        """Add the numbers."""
        for index, name in enumerate(NUMBERS):
            self.add_attribute(attribute(name=name, dtype=float, unit="mm", fget=_teller(index + 0.5)))


def _teller(value: float) -> Callable[..., float]:
    def tell(_device: Device, _attribute: object = None) -> float:
        return value

    return tell


if __name__ == "__main__":
    run([Instrument])
