"""What the recorder's own methods cost a scan, beyond the waits that are asked for."""

from statistics import median

SCANS = 20


SERIES = 3
LIMITS_S = {"begin": 0.02, "start": 0.05, "record": 200e-6, "end": 0.05}


def test_medians_are_below_what_is_promised(doors, spooled, tmp_path):
    """5 ms in START and END beyond their waits, 50 µs for each record are promised of a machine of our own.

    Here others share the processors and the disk, which each START and END writes to; the benchmark has
    the tight limits. A series that met others at work is measured again.
    """
    for number in range(1, SERIES + 1):
        own = own_times(doors[0], tmp_path / f"times-{number}")
        assert len(own["record"]) == SCANS * 21
        medians = {place: median(seconds) for place, seconds in own.items()}
        over = {place: seconds for place, seconds in medians.items() if seconds >= LIMITS_S[place]}
        if not over:
            break
    assert not over
    spooled.ended(number * SCANS)


def own_times(door, path):
    """Return the seconds of each place in some scans, without its wait."""
    door.run("measure_recorder", path)
    for _ in range(SCANS):
        door.run("ascan", "mot01", 0, 1, 20, 0.002)
    times: dict[str, list[float]] = {}
    for line in path.read_text().splitlines():
        place, seconds = line.split()
        times.setdefault(place, []).append(float(seconds))
    return {
        "begin": times["begin"],
        "start": [all_ - wait for all_, wait in zip(times["start"], times["wait_start"], strict=True)],
        "record": times["record"],
        "end": [all_ - wait for all_, wait in zip(times["end"], times["wait_end"], strict=True)],
    }
