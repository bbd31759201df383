"""A snapshot of 1000 attributes on 100 devices, against reading the same devices one after the other."""

import tango

from benchmarks.instruments import ATTRIBUTES
from benchmarks.measure import Group, Limit, Number, in_turns, milliseconds, ratios, seconds
from benchmarks.place import InstrumentServer, Place, selection_of
from scifish.attributes.reader import SnapshotReader

SERVERS, DEVICES = 10, 10
"""Device servers, and devices in each: as a beamline has them, a hundred devices in some ten programs."""
RATIO = Limit(1.2)
LONG_S = 10.0


def run(place: Place) -> Group:
    """Take the numbers."""
    place.tango_database()
    servers = [InstrumentServer(place, f"healthy-{number}", DEVICES) for number in range(SERVERS)]
    with place.serving(*servers):
        return _measured([device.name for server in servers for device in server.devices])


def _measured(devices: list[str]) -> Group:
    proxies = [tango.DeviceProxy(name) for name in devices]
    selection, reader = selection_of("thousand", devices), SnapshotReader()

    def raw_loop() -> None:
        for proxy in proxies:
            for answer in proxy.read_attributes(ATTRIBUTES):
                answer.value  # noqa: B018 - a raw loop looks at what it has read

    def snapshot() -> None:
        reading = reader.begin(selection)
        reading.wait(LONG_S)
        if failures := reading.result().failures:
            raise RuntimeError(f"a healthy device was not read: {failures[0]}")

    for action in (raw_loop, snapshot, raw_loop, snapshot):
        action()
    taken = in_turns({"raw": lambda: seconds(raw_loop), "ours": lambda: seconds(snapshot)})
    reader.close()
    raw, ours = taken["raw"], taken["ours"]
    return Group(
        f"Snapshot: {len(selection.entries)} attributes, {len(devices)} devices, {SERVERS} device servers",
        [
            Number("snapshot with conversion", "ms", milliseconds(ours)),
            Number("raw loop of read_attributes", "ms", milliseconds(raw)),
            Number("snapshot / raw loop", "ratio", ratios(ours, raw), [RATIO]),
        ],
    )
