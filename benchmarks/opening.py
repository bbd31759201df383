"""From OpenSession to the new session being shown: all folders to be made, and all there already."""

import json
import os
import shutil
import time
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import tango

from benchmarks.measure import Group, Limit, Number, in_turns, milliseconds, seconds
from benchmarks.path_fixers import NAME, REQUEST, PathFixerServer
from benchmarks.place import Place

SAMPLES, FILES = 1000, 10
"""In the full tree: folders below raw, and files in each."""
SAMPLE = "alloy/nickel/batch-1/s1"
FOLDERS = ("raw", "process", "macros", "logs", "notebooks", "photos", f"raw/{SAMPLE}")
LIMIT_S = 20.0


def run(place: Place) -> Group:
    """Take the numbers."""
    place.tango_database()
    server = PathFixerServer(place)
    with place.serving(server):
        return _measured(tango.DeviceProxy(NAME), Path(place.beamline.folder.data("path-fixer-bare")))


def _measured(device: tango.DeviceProxy, bare_folder: Path) -> Group:
    days = (date(2001, 1, 1) + timedelta(days=number) for number in count())
    names = (str(number) for number in count())
    full = f"{next(days):%Y%m%d}"
    _open(device, full)
    fill(Path(device.path))

    taken = in_turns(
        {
            "new": lambda: seconds(lambda: _open(device, f"{next(days):%Y%m%d}")),
            "full": lambda: seconds(lambda: _open(device, full)),
            "bare": lambda: seconds(lambda: _make(bare_folder / next(names))),
        }
    )
    shutil.rmtree(bare_folder)
    return Group(
        f"PathFixer: a session with {len(FOLDERS) + 3} folders, no MacroServer, one commit on the disk",
        [
            Number("opened, all folders made", "ms", milliseconds(taken["new"]), [Limit(100)]),
            Number(
                f"opened, the visit holds {SAMPLES} samples with {SAMPLES * FILES} files",
                "ms",
                milliseconds(taken["full"]),
                [Limit(100)],
            ),
            Number("the same folders by bare os.makedirs", "ms", milliseconds(taken["bare"])),
        ],
    )


def fill(raw: Path) -> None:
    """Make the samples and files of a visit that has been going on for a while."""
    for sample in range(SAMPLES):
        folder = raw / f"sample-{sample:04d}"
        folder.mkdir()
        for number in range(FILES):
            (folder / f"scan-{number:04d}.h5").touch()


def _open(device: tango.DeviceProxy, visit: str) -> None:
    """Open the session of a visit and wait until it is shown and its job has ended."""
    before = device.Session
    device.OpenSession(json.dumps({**REQUEST, "visit": visit, "sample": SAMPLE}))
    deadline = time.monotonic() + LIMIT_S
    while device.Session == before or json.loads(device.JobState[-1])["state"] == "running":
        if time.monotonic() > deadline:
            raise RuntimeError(f"{NAME} did not open {visit}: {device.status()}")
        time.sleep(0.001)


def _make(visit: Path) -> None:
    for name in FOLDERS:
        os.makedirs(visit / name, exist_ok=True)  # noqa: PTH103 - the barest there is
