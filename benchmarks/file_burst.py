"""A thousand files at once: until SciFly has captured the last, and until bare watchdog has named it."""

import time
from pathlib import Path

from benchmarks.files import SETTLE_S, BareWatchdog, wait_for_all, write
from benchmarks.measure import Group, Number, in_turns
from benchmarks.place import Place
from benchmarks.scans import instruments
from scifish.state_folder import StateFolder
from scizoo.services.waiting import wait_until

FILES, ROUNDS = 1000, 5
LIMIT_S = 90.0


def run(place: Place) -> Group:
    """Take the numbers."""
    place.up()
    watched, elsewhere = place.data_folder, place.beamline.folder.data("burst")
    actions = {
        "ours": lambda: _captured_s(watched, place.state_folder),
        "bare": lambda: _named_s(elsewhere),
    }
    server, selection = instruments(place)
    with place.serving(server):
        place.choose(selection)
        taken = in_turns(actions, ROUNDS)
    return Group(
        f"SciFly: {FILES} files at once, {SETTLE_S:g} s of settling left out, 100 attributes each",
        [
            Number("first file written to the last captured", "s", taken["ours"]),
            Number("captures", "1/s", [FILES / each for each in taken["ours"]]),
            Number("bare watchdog: first file written to the last named", "s", taken["bare"]),
        ],
    )


def _captured_s(folder: Path, state: StateFolder) -> float:
    begin, names = _burst(folder)
    return max(wait_for_all(state, names, LIMIT_S).values()) - begin - SETTLE_S


def _named_s(folder: Path) -> float:
    with BareWatchdog(folder) as bare:
        begin, names = _burst(folder)
        wait_until(lambda: names <= bare.closed.keys(), LIMIT_S, "an event for every file")
        return max(bare.closed[name] for name in names) - begin


def _burst(folder: Path) -> tuple[float, set[str]]:
    """Write all files, and return when that began, and their names."""
    begin = time.time()
    names = {f"burst_{begin:.3f}_{number:04d}.tif" for number in range(FILES)}
    for name in sorted(names):
        write(folder, name)
    return begin, names
