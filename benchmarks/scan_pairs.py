"""The same scan of 21 points with and without the recorder, in turns; its noise is larger than our cost."""

from benchmarks.measure import ROUNDS, Group, Number, milliseconds
from benchmarks.place import Place
from benchmarks.scans import instruments, result_of, run_scans

LIMIT_S = 300.0


def run(place: Place) -> Group:
    """Take the numbers."""
    place.up()
    server, selection = instruments(place)
    with place.serving(server):
        place.choose(selection)
        run_scans(place, 2)
        taken = result_of(place, "bench_pairs", ROUNDS, limit_s=LIMIT_S)
    more = [100 * (ours / plain - 1) for ours, plain in zip(taken["with"], taken["without"], strict=True)]
    return Group(
        "Pairs of ascan, 21 points of 10 ms, begin and end waits included",
        [
            Number("scan without the recorder", "ms", milliseconds(taken["without"])),
            Number("scan with the recorder", "ms", milliseconds(taken["with"])),
            Number("difference of each pair", "%", more, note="noise is some 6 %"),
        ],
    )
