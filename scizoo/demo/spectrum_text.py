"""A simulated photoelectron spectrum, told as text in the manner of an analyser program's export."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

LINE_END = "\r\n"
"""Acquisition programs run on Windows."""


@dataclass(frozen=True)
class Region:
    """One measured region of binding energies.

    Attributes
    ----------
    name
        As the operator called it.
    low_ev, high_ev, step_ev
        Binding energies in eV.
    peaks
        Position and width in eV, height in counts.
    """

    name: str
    low_ev: float
    high_ev: float
    step_ev: float
    peaks: tuple[tuple[float, float, float], ...]

    @property
    def energies(self) -> list[float]:
        """Return the scale, from high to low binding energy, eV."""
        steps = round((self.high_ev - self.low_ev) / self.step_ev)
        return [round(self.high_ev - number * self.step_ev, 3) for number in range(steps + 1)]


SILVER = (
    Region("Survey", 0.0, 600.0, 1.0, ((368.3, 1.2, 900), (374.3, 1.2, 620), (573.0, 3.0, 250))),
    Region("Ag3d", 364.0, 382.0, 0.05, ((368.3, 0.45, 5000), (374.3, 0.45, 3400))),
)
"""Silver: 3d and 3p lines."""


def tell_spectrum(regions: tuple[Region, ...], sample: str, begun: datetime, random: Random) -> Iterator[str]:
    """Yield the text piece by piece: the head, then each region's head and its rows.

    Parameters
    ----------
    regions
        In the order of measurement.
    sample
        Free text of the operator.
    begun
        Local time of the acquisition PC; such programs write no zone.
    random
        Noise of the counts.
    """
    yield _lines("[Info]", f"Number of Regions={len(regions):04d}", "Version=1.3.1", "")
    for number, region in enumerate(regions, start=1):
        yield _head(number, region, sample, begun)
        for energy in region.energies:
            yield f" {energy:.14E}  {counts(region, energy, random):.14E}{LINE_END}"
        yield LINE_END


def counts(region: Region, energy_ev: float, random: Random) -> float:
    """Return simulated counts at a binding energy: peaks on a step-like background, with noise."""
    background = 40 + 0.1 * energy_ev
    signal = sum(
        height / (1 + ((energy_ev - position) / width) ** 2)
        + 0.02 * height / (1 + math.exp(position - energy_ev))
        for position, width, height in region.peaks
    )
    expected = background + signal
    return max(0.0, random.gauss(expected, math.sqrt(expected)))


def _head(number: int, region: Region, sample: str, begun: datetime) -> str:
    scale = region.energies
    return _lines(
        f"[Region {number}]",
        f"Region Name={region.name}",
        "Dimension 1 name=Binding Energy [eV]",
        f"Dimension 1 size={len(scale)}",
        f"Dimension 1 scale={' '.join(f'{energy:g}' for energy in scale)}",
        "",
        f"[Info {number}]",
        f"Region Name={region.name}",
        "Lens Mode=Transmission",
        "Pass Energy=50",
        "Number of Sweeps=2",
        "Excitation Energy=650",
        "Energy Scale=Binding",
        "Acquisition Mode=Swept",
        f"Low Energy={region.low_ev:g}",
        f"High Energy={region.high_ev:g}",
        f"Energy Step={region.step_ev:g}",
        "Step Time=203",
        f"Sample={sample}",
        "Comments=simulated; counts = peaks, background & 100 % noise",
        f"Date={begun:%Y-%m-%d}",
        f"Time={begun:%H:%M:%S}",
        "",
        f"[Run Mode Information {number}]",
        "",
        f"[Data {number}]",
    )


def _lines(*lines: str) -> str:
    return "".join(line + LINE_END for line in lines)
