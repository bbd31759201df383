"""Reading SamplePath from one client, and from sixteen at once."""

import json
import subprocess
import sys

import tango

from benchmarks.measure import Group, Limit, Number, milliseconds
from benchmarks.path_fixers import NAME, REQUEST, PathFixerServer
from benchmarks.place import Place
from scizoo.services.system_packages import CHECKOUT
from scizoo.services.waiting import wait_until

CLIENTS = 16
READS, PAUSE_S = 200, 0.05
"""Of each client: as often as a panel or a data-acquisition program could want to know."""
LIMIT_S = 60.0

_CLIENT = f"""
import json, sys, time, tango
device, taken = tango.DeviceProxy({NAME!r}), []
device.SamplePath
for _ in range({READS}):
    time.sleep({PAUSE_S})
    begin = time.perf_counter()
    device.SamplePath
    taken.append(time.perf_counter() - begin)
print(json.dumps(taken))
"""


def run(place: Place) -> Group:
    """Take the numbers."""
    place.tango_database()
    with place.serving(PathFixerServer(place)):
        device = tango.DeviceProxy(NAME)
        device.OpenSession(json.dumps(REQUEST | {"visit": "20010101"}))
        wait_until(lambda: device.path, LIMIT_S, "a session")
        alone, together = read_from(1), read_from(CLIENTS)
    return Group(
        f"PathFixer: SamplePath read every {1e3 * PAUSE_S:g} ms by each client, a process each",
        [
            Number("one client", "ms", milliseconds(alone)),
            Number(f"{CLIENTS} clients", "ms", milliseconds(together), [Limit(5), Limit(5, "p95")]),
        ],
    )


def read_from(clients: int) -> list[float]:
    """Return how long each read took, in seconds, of so many clients at once."""
    running = [
        subprocess.Popen([sys.executable, "-c", _CLIENT], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
        for _ in range(clients)
    ]
    return [took for client in running for took in json.loads(client.communicate(timeout=LIMIT_S)[0])]
