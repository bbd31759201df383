"""A little acquisition program: measures a spectrum and saves it as vendor software would.

It knows nothing of TANGO, of sessions or of us: it is given a folder, and writes into it, slowly, in
pieces, in place or under a temporary name.

    python -m scizoo.demo.acquisition /data/visitors/demo/20260101/20261121/raw --spectrum Ag_0001
"""

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Literal, get_args

import click

from scizoo.demo.spectrum_text import SILVER, tell_spectrum

Style = Literal["in-place", "temporary"]
PIECES = 20
"""Writes per file; after each the file has grown and the program pauses."""


class NameTakenError(Exception):
    """A file of that name is there already; an acquisition program never overwrites one."""


def acquire(
    folder: Path,
    spectrum: str = "Ag_0001",
    sample: str = "silver foil",
    style: Style = "in-place",
    duration_s: float = 1.0,
    seed: int = 1,
) -> Path:
    """Measure and save a spectrum, and return the file.

    Parameters
    ----------
    folder
        Where to save; must be there.
    spectrum
        Name of the file without ``.txt``.
    sample
        Free text for the header.
    style
        ``in-place``: the file grows under its name; ``temporary``: it grows as ``<name>.txt.tmp`` and
        is renamed when complete.
    duration_s
        How long saving takes.
    seed
        Of the noise: the same seed gives the same counts.

    Raises
    ------
    NameTakenError
        The file exists.
    OSError
        The folder cannot be written.
    """
    final = folder / f"{spectrum}.txt"
    if final.exists():
        raise NameTakenError(f"{final} is there already: choose another --spectrum")
    growing = final.with_name(f"{final.name}.tmp") if style == "temporary" else final
    began = datetime.now().astimezone()
    noise = Random(seed)  # noqa: S311 - it simulates counts
    _save(growing, list(tell_spectrum(SILVER, sample, began, noise)), duration_s)
    if growing != final:
        growing.rename(final)
    return final


def _save(path: Path, lines: Sequence[str], duration_s: float) -> None:
    with path.open("x", encoding="cp1252", errors="replace", newline="") as file:
        for number in range(PIECES):
            file.writelines(lines[number * len(lines) // PIECES : (number + 1) * len(lines) // PIECES])
            file.flush()
            time.sleep(duration_s / PIECES)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--spectrum", default="Ag_0001", show_default=True, help="Name of the file, without .txt.")
@click.option("--sample", default="silver foil", show_default=True, help="Free text for the header.")
@click.option("--style", type=click.Choice(get_args(Style)), default="in-place", show_default=True)
@click.option("--duration", default=1.0, show_default=True, help="How long saving takes, in seconds.")
def main(folder: Path, spectrum: str, sample: str, style: Style, duration: float) -> None:
    """Measure a silver spectrum and save it in FOLDER, as a program of an electron analyser would."""
    try:
        path = acquire(folder, spectrum, sample, style, duration)
    except (NameTakenError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(path)


if __name__ == "__main__":
    main()
