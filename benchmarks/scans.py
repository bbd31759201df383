"""Scans in the beamline's real MacroServer, and what the clocks around its recorders have taken."""

import json
from pathlib import Path
from typing import Any

from benchmarks.place import InstrumentServer, Place, selection_of
from scifish.selection import Selection

SCAN = ("ascan", "mot01", 0, 1, 20, 0.002)
POINTS = 21
DEVICES = 10
LIMIT_S = 30.0

Times = dict[str, list[float]]
"""Seconds by ``<recorder> <place>``, place being build, start, record or end, waits left out."""


def instruments(place: Place) -> tuple[InstrumentServer, Selection]:
    """Return the devices that the scans capture, a hundred attributes, and their selection."""
    server = InstrumentServer(place, "beamline", DEVICES)
    return server, selection_of("hundred", [device.name for device in server.devices])


def run_scans(place: Place, number: int) -> None:
    """Run scans of 21 points one after the other."""
    door = place.beamline.sardana.door()
    for _ in range(number):
        door.run(*SCAN, limit_s=LIMIT_S)


def put_clocks_on(place: Place) -> None:
    """Begin to take times, after a scan that warms everything up."""
    run_scans(place, 2)
    place.beamline.sardana.door().run("bench_clocks")
    read_clocks(place)


def read_clocks(place: Place) -> Times:
    """Return what the clocks have taken since they were read last."""
    return result_of(place, "bench_read_clocks")


def result_of(place: Place, macro: str, *parameters: object, limit_s: float = LIMIT_S) -> dict[str, Any]:
    """Run a macro that writes its result as JSON, and return it."""
    path: Path = place.beamline.folder.real / f"{macro}.json"
    path.write_text("{}")
    place.beamline.sardana.door().run(macro, path, *parameters, limit_s=limit_s)
    found: dict[str, Any] = json.loads(path.read_text())
    return found
