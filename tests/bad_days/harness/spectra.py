"""A device with twenty long spectra: ``python -m tests.bad_days.harness.spectra <instance>``."""

import random

import numpy as np
from tango.server import Device, attribute, run

NUMBER, LENGTH = 20, 4096
NAMES = [f"Spectrum{number:02d}" for number in range(NUMBER)]


class Spectra(Device):
    """Every value has all the digits that a float can have."""

    for _name in NAMES:
        locals()[_name] = attribute(dtype=(float,), max_dim_x=LENGTH, unit="counts", fget="read_any")

    def read_any(self) -> np.ndarray:
        """Return noise."""
        return np.random.default_rng(random.getrandbits(32)).random(LENGTH)


def main() -> None:
    """Serve it."""
    run((Spectra,))


if __name__ == "__main__":
    main()
