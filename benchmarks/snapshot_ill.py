"""The same snapshot with a hung, a frozen and a dead device among the hundred: time beyond the deadline."""

import time

from benchmarks.measure import ROUNDS, Group, Limit, Number
from benchmarks.place import InstrumentServer, Place, freeze, selection_of, thaw
from scifish.attributes.reader import SnapshotReader
from scifish.selection import Selection
from scizoo.services.waiting import wait_until

SERVERS, HEALTHY = 10, 97
DEADLINE_S = 0.25
HUNG_S = 1.0
"""Longer than the deadline; how much longer makes no difference to it."""
BEYOND = Limit(20)
EVERY_VALUE = Limit(HEALTHY * 10, "lowest", "at least")


class _Ward:
    """Healthy devices, and three with a server each that are made ill and well again."""

    def __init__(self, place: Place) -> None:
        sizes = [HEALTHY // SERVERS + (number < HEALTHY % SERVERS) for number in range(SERVERS)]
        self.healthy = [InstrumentServer(place, f"well-{number}", size) for number, size in enumerate(sizes)]
        self.hung, self.frozen, self.dead = (
            InstrumentServer(place, name, 1) for name in ("hung", "frozen", "dead")
        )

    @property
    def servers(self) -> list[InstrumentServer]:
        return [*self.healthy, self.hung, self.frozen, self.dead]

    def selection(self) -> Selection:
        return selection_of("ill", [device.name for server in self.servers for device in server.devices])

    def fall_ill(self) -> None:
        self.hung.proxy().write_attribute("pause_s", HUNG_S)
        freeze(self.frozen)

    def get_well(self) -> None:
        thaw(self.frozen)
        self.hung.proxy().write_attribute("pause_s", 0.0)


def run(place: Place) -> Group:
    """Take the numbers."""
    place.tango_database()
    ward = _Ward(place)
    with place.serving(*ward.servers):
        return _measured(ward)


def _measured(ward: _Ward) -> Group:
    reader, selection = SnapshotReader(), ward.selection()
    reader.begin(selection).wait(10.0)
    ward.dead.kill()
    first: list[float] = []
    again: list[float] = []
    values: list[float] = []
    for _ in range(ROUNDS):
        wait_until(lambda: _all_but_the_dead(reader, selection), 20.0, "answers of all but the dead device")
        ward.fall_ill()
        for taken in (first, again):
            lasted_s, healthy = _read(reader, selection)
            taken.append(lasted_s * 1e3)
            values.append(healthy)
        ward.get_well()
    reader.close()
    beyond = [lasted - DEADLINE_S * 1e3 for lasted in first]
    return Group(
        f"Snapshot with a hung, a frozen and a dead device among 100, deadline {DEADLINE_S * 1e3:.0f} ms",
        [
            Number("beyond the deadline, first reading", "ms", beyond, [BEYOND]),
            Number("next reading, which waits for none of the three", "ms", again),
            Number("healthy values there", "values", values, [EVERY_VALUE]),
        ],
    )


def _read(reader: SnapshotReader, selection: Selection) -> tuple[float, int]:
    """Return how long a reading takes, and how many values of healthy devices it has."""
    begin = time.perf_counter()
    reading = reader.begin(selection)
    reading.wait(DEADLINE_S)
    snapshot = reading.result()
    lasted_s = time.perf_counter() - begin
    groups = [group for name, group in snapshot.values.items() if "-well-" in name]
    return lasted_s, sum(len(group) for group in groups if isinstance(group, dict))


def _all_but_the_dead(reader: SnapshotReader, selection: Selection) -> bool:
    reading = reader.begin(selection)
    reading.wait(5.0)
    return {failure.device for failure in reading.result().failures} == {"bench/dead/0"}
