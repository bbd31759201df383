"""A Tango device with one attribute of every type and format, and of every misbehaviour.

Run it as ``python -m scifish.testing.one_of_everything <instance>``; the server is called
``one_of_everything``, the class ``OneOfEverything``.
"""

import time
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np
import tango
from tango import AttrQuality, AttrWriteType, CmdArgType
from tango.server import Device, attribute, run

EXAMPLES: dict[CmdArgType, Any] = {
    CmdArgType.DevBoolean: [True, False, True],
    CmdArgType.DevUChar: [0, 7, 255],
    CmdArgType.DevShort: [-32768, 0, 32767],
    CmdArgType.DevUShort: [0, 1, 65535],
    CmdArgType.DevLong: [-(2**31), 0, 2**31 - 1],
    CmdArgType.DevULong: [0, 1, 2**32 - 1],
    CmdArgType.DevLong64: [-(2**63), 0, 2**53 + 1],
    CmdArgType.DevULong64: [0, 2**53, 2**64 - 1],
    CmdArgType.DevFloat: [float("nan"), 0.5, float("-inf")],
    CmdArgType.DevDouble: [float("nan"), 0.5, float("inf")],
    CmdArgType.DevString: ["Größe", "", "x"],
    CmdArgType.DevState: [tango.DevState.ON, tango.DevState.UNKNOWN, tango.DevState.CLOSE],
}
"""Three elements of each type; a scalar is the first, an image holds them twice."""


class Colour(IntEnum):
    """Labels of the enum attributes."""

    RED = 0
    GREEN = 1
    BLUE = 2


class OneOfEverything(Device):
    """Attributes ``<type>_scalar``, ``_spectrum``, ``_image``, e.g. DevDouble_image, and those below."""

    _pause_s = 0.0
    _reads = 0

    @attribute(dtype=Colour)
    def colour(self) -> Colour:
        """An enum."""
        return Colour.GREEN

    @attribute(dtype=(Colour,), max_dim_x=8)
    def colours(self) -> list[Colour]:
        """A spectrum of an enum."""
        return [Colour.BLUE, Colour.RED]

    @attribute(dtype=CmdArgType.DevEncoded)
    def encoded(self) -> tuple[str, bytes]:
        """Bytes with the name of their encoding."""
        return "jpeg24", b"\x00\xff\x10"

    @attribute(dtype=(float,), max_dim_x=100_000)
    def long_spectrum(self) -> np.ndarray:
        """More elements than any limit, the last of them NaN."""
        return np.append(np.arange(4999.0), np.nan)

    @attribute(dtype=(float,), max_dim_x=8)
    def empty_spectrum(self) -> list[float]:
        """Nothing."""
        return []

    @attribute(dtype=float, unit="mA", label="with a unit")
    def with_unit(self) -> float:
        """A number in mA."""
        return 250.5

    @attribute(dtype=float, max_alarm="1", unit="mbar")
    def alarming(self) -> float:
        """Always above its alarm limit."""
        return 5.0

    @attribute(dtype=float)
    def invalid(self) -> tuple[float, float, AttrQuality]:
        """A reading whose quality is INVALID."""
        return 0.0, time.time(), AttrQuality.ATTR_INVALID

    @attribute(dtype=float)
    def failing(self) -> float:
        """Raise an error, always."""
        raise RuntimeError("the cover is closed\nsecond line")

    pause_s = attribute(dtype=float, access=AttrWriteType.READ_WRITE, unit="s")

    def read_pause_s(self) -> float:
        """Return how long a read of ``slow`` takes."""
        return self._pause_s

    def write_pause_s(self, value: float) -> None:
        """Let reads of ``slow`` take longer."""
        self._pause_s = value

    @attribute(dtype=int)
    def slow(self) -> int:
        """Count its reads; each takes ``pause_s``."""
        self._reads += 1
        time.sleep(self._pause_s)
        return self._reads

    def initialize_dynamic_attributes(self) -> None:
        """Add one attribute of every plain type and format."""
        for kind, elements in EXAMPLES.items():
            self.add_attribute(attribute(name=f"{kind}_scalar", dtype=kind, fget=_teller(elements[0])))
            spectrum = attribute(name=f"{kind}_spectrum", dtype=(kind,), max_dim_x=8, fget=_teller(elements))
            self.add_attribute(spectrum)
            image = [elements, elements]
            name = f"{kind}_image"
            self.add_attribute(
                attribute(name=name, dtype=((kind,),), max_dim_x=8, max_dim_y=8, fget=_teller(image))
            )


def _teller(value: Any) -> Callable[[Device], Any]:
    def tell(_device: Device, _attribute: Any = None) -> Any:
        return value

    return tell


if __name__ == "__main__":
    run([OneOfEverything])
