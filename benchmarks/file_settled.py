"""From the moment a file counts as settled to its capture in the spool, one file at a time."""

import time

from benchmarks.files import SETTLE_S, BareWatchdog, wait_for_all, write
from benchmarks.measure import Group, Number, milliseconds
from benchmarks.place import Place
from benchmarks.scans import instruments

FILES = 40
PAUSE_S = 0.26
"""Between two files; no divisor of SciFly's own periods."""
LIMIT_S = 60.0


def run(place: Place) -> Group:
    """Take the numbers."""
    place.up()
    server, selection = instruments(place)
    folder = place.data_folder
    closed: dict[str, float] = {}
    with place.serving(server), BareWatchdog(folder) as bare:
        place.choose(selection)
        for number in range(FILES):
            name = f"settled_{number:03d}.tif"
            closed[name] = write(folder, name)
            time.sleep(PAUSE_S)
        captured = wait_for_all(place.state_folder, set(closed), LIMIT_S)
    ours = [captured[name] - at - SETTLE_S for name, at in closed.items()]
    theirs = [bare.closed[name] - at for name, at in closed.items()]
    return Group(
        f"SciFly: {FILES} files one by one, {SETTLE_S:g} s of settling left out, 100 attributes",
        [
            Number("settled to captured, with values", "ms", milliseconds(ours)),
            Number("bare watchdog: closed to event", "ms", milliseconds(theirs)),
        ],
    )
