"""The time inside the recorder's methods, beyond the waits that are asked for, in a real MacroServer.

Healthy, and with everything that a scan must not need frozen, then dead: broker, MongoDB,
PathFixer and SciDog. Beside it what Sardana's own HDF5 recorder takes in the same scans.
"""

from benchmarks.disk import inserts_meanwhile
from benchmarks.measure import Group, Limit, Number, milliseconds
from benchmarks.place import Place
from benchmarks.scans import Times, instruments, put_clocks_on, read_clocks, run_scans
from benchmarks.typical import typical_message

ROUNDS, SCANS = 3, 10
"""So often each situation comes, and so many scans each time."""
OURS, HDF5 = "SciFishRecorder", "NXscanH5_FileRecorder"
UNITS = {"record": ("µs", 1e6)}
MILLISECONDS = ("ms", 1e3)
LIMITS = {
    "start": [Limit(5, "p95")],
    "record": [Limit(50), Limit(1000, "p99")],
    "end": [Limit(5, "p95")],
}
FROZEN = "broker, MongoDB, PathFixer, SciDog frozen"
WORDS = {"build": "built", "start": "START", "record": "one record", "end": "END"}


def run(place: Place) -> Group:
    """Take the numbers."""
    place.up()
    server, selection = instruments(place)
    well: Times = {}
    frozen: Times = {}
    yardstick = inserts_meanwhile(place.state_folder.path / "yardstick.db", typical_message().to_bytes())
    with place.serving(server), yardstick as inserts:
        place.choose(selection)
        put_clocks_on(place)
        for _ in range(ROUNDS):
            _add(well, _scans(place, SCANS))
            with place.frozen(*place.outside_services):
                _add(frozen, _scans(place, SCANS))
        with place.dead(*place.outside_services):
            dead = _scans(place, ROUNDS * SCANS)
    entries = len(selection.entries)
    return Group(
        f"Recorder, beyond its waits: {ROUNDS * SCANS} scans of 21 points, {entries} attributes twice",
        [
            *(_number(well, OURS, place_) for place_ in WORDS),
            *(_number(well, OURS, f"{place_} wait") for place_ in ("start", "end")),
            *(
                _number(frozen, OURS, place_, "broker, MongoDB, PathFixer, SciDog frozen")
                for place_ in LIMITS
            ),
            *(_number(dead, OURS, place_, "the same four dead") for place_ in LIMITS),
            *(_number(well, HDF5, place_, "Sardana's own HDF5 recorder") for place_ in WORDS),
            Number(
                "one durable insert of bare SQLite meanwhile",
                "ms",
                milliseconds(inserts),
                note="START and END each wait for one",
            ),
        ],
    )


def _scans(place: Place, number: int) -> Times:
    run_scans(place, number)
    return read_clocks(place)


def _add(times: Times, more: Times) -> None:
    for name, taken in more.items():
        times.setdefault(name, []).extend(taken)


def _number(times: Times, recorder: str, place: str, note: str = "") -> Number:
    first, _, wait = place.partition(" ")
    unit, factor = UNITS.get(first, MILLISECONDS)
    limits = [] if wait or recorder != OURS else LIMITS.get(first, [])
    name = f"{WORDS[first]}: its wait" if wait else WORDS[first]
    samples = [factor * taken for taken in times[f"{recorder} {place}"]]
    return Number(name, unit, samples, limits, note)
