"""A small beamline that is not there: ring, slit, valve, spectrum, a gauge in alarm, a broken sensor.

Every device can be told to hang, as real ones do.
"""

import math
import random
import sys
import time
from enum import IntEnum

import numpy as np
from tango import AttrWriteType, DevState
from tango.server import Device, attribute, command, run

CHANNELS = 128


class Simulated(Device):
    """A device that can stop answering for a while."""

    _answers_again = 0.0

    def init_device(self) -> None:
        """Switch on."""
        super().init_device()
        self.set_state(DevState.ON)
        self.set_status("simulated")

    def always_executed_hook(self) -> None:
        """Stand still while hanging."""
        time.sleep(max(0.0, self._answers_again - time.monotonic()))

    @command(dtype_in=float, doc_in="seconds without an answer to anything, from now on")
    def Hang(self, seconds: float) -> None:  # noqa: N802 (Tango writes commands so)
        """Return at once; nothing after this is answered for so many seconds."""
        self._answers_again = time.monotonic() + seconds


class Ring(Simulated):
    """A storage ring in top-up: its current wanders a little around 400 mA."""

    Current = attribute(
        dtype=float, unit="mA", format="%7.3f", abs_change="0.01", polling_period=1000, doc="stored current"
    )
    Lifetime = attribute(dtype=float, unit="h", format="%5.1f", doc="time to 1/e of the current")

    def read_Current(self) -> float:  # noqa: N802
        """Return a slow saw tooth between two injections, 5 minutes apart, and a little noise."""
        since_injection = time.time() % 300
        return 400.0 - since_injection / 300 + random.gauss(0, 0.005)

    def read_Lifetime(self) -> float:  # noqa: N802
        """Return the lifetime."""
        return 10.2


class Slit(Simulated):
    """A slit blade that is at once where it is sent."""

    Position = attribute(
        dtype=float,
        access=AttrWriteType.READ_WRITE,
        unit="µm",
        format="%8.1f",
        min_value=-5000,
        max_value=5000,
        doc="opening of the slit",
    )

    def init_device(self) -> None:
        """Open to 250 µm."""
        super().init_device()
        self._position = 250.0

    def read_Position(self) -> float:  # noqa: N802
        """Return the position, in µm."""
        return self._position

    def write_Position(self, position: float) -> None:  # noqa: N802
        """Go to a position, in µm."""
        self._position = position


class ValvePosition(IntEnum):
    """Where a valve can be."""

    CLOSED = 0
    MOVING = 1
    OPEN = 2


class Valve(Simulated):
    """A vacuum valve, open at first."""

    Position = attribute(dtype=ValvePosition, doc="where the valve is")

    def init_device(self) -> None:
        """Open."""
        super().init_device()
        self._position = ValvePosition.OPEN

    def read_Position(self) -> ValvePosition:  # noqa: N802
        """Return where the valve is."""
        return self._position

    @command
    def Open(self) -> None:  # noqa: N802
        """Open the valve."""
        self._position = ValvePosition.OPEN

    @command
    def Close(self) -> None:  # noqa: N802
        """Close the valve."""
        self._position = ValvePosition.CLOSED


class SpectrumAnalyser(Simulated):
    """A line on a flat background."""

    Spectrum = attribute(dtype=(float,), max_dim_x=CHANNELS, unit="counts", doc="one value per channel")

    def read_Spectrum(self) -> np.ndarray:  # noqa: N802
        """Return a Gaussian in the middle, 8 channels wide."""
        channel = np.arange(CHANNELS)
        return 1000.0 * np.exp(-(((channel - CHANNELS / 2) / 8) ** 2)) + 10.0


class Gauge(Simulated):
    """A pressure gauge above its alarm limit, so that its quality is ALARM."""

    Pressure = attribute(
        dtype=float, unit="mbar", format="%.2e", max_alarm="1e-6", doc="pressure in the sample chamber"
    )

    def read_Pressure(self) -> float:  # noqa: N802
        """Return a pressure near 3e-5 mbar."""
        return 3e-5 * (1 + 0.01 * math.sin(time.time()))


class Broken(Simulated):
    """A device with a sensor that has come off."""

    Temperature = attribute(dtype=float, unit="K", doc="second crystal")
    FlowRate = attribute(dtype=float, unit="l/min", doc="cooling water")

    def read_Temperature(self) -> float:  # noqa: N802
        """Fail, as always."""
        raise RuntimeError("the PT100 sensor on the second crystal is disconnected")

    def read_FlowRate(self) -> float:  # noqa: N802
        """Return the flow, which still works."""
        return 1.5


def main() -> None:
    """Serve all of them: ``python -m scizoo.demo.simulation <instance>``."""
    run((Ring, Slit, Valve, SpectrumAnalyser, Gauge, Broken), args=["Simulation", *sys.argv[1:]])


if __name__ == "__main__":
    main()
