"""From the end of a scan to its complete dataset in MongoDB, through Apache Kafka."""

import threading
import time
from typing import Any

from pymongo.collection import Collection

from benchmarks.measure import Group, Number, milliseconds
from benchmarks.place import Place
from benchmarks.scans import instruments, run_scans
from scizoo.services.waiting import wait_until

SCANS = 50
POLL_S = 0.01
LIMIT_S = 30.0


class _Watch(threading.Thread):
    """Notes when each dataset is seen with its end, 10 ms fine."""

    def __init__(self, datasets: "Collection[dict[str, Any]]") -> None:
        super().__init__(daemon=True)
        self._datasets, self._over = datasets, threading.Event()
        self._known = {found["_id"] for found in datasets.find({}, {"_id": 1})}
        self.lasted_s: list[float] = []

    def run(self) -> None:
        """Look until told to end."""
        while not self._over.wait(POLL_S):
            wanted = {"status": "completed", "_id": {"$nin": list(self._known)}}
            for found in self._datasets.find(wanted, {"end_time": 1}):
                self._known.add(found["_id"])
                self.lasted_s.append(time.time() - found["end_time"].timestamp())

    def end(self) -> None:
        """End, and return when it has."""
        self._over.set()
        self.join()


def run(place: Place) -> Group:
    """Take the numbers."""
    beamline = place.up()
    server, selection = instruments(place)
    with place.serving(server), beamline.mongod.client() as client:
        place.choose(selection)
        run_scans(place, 2)
        time.sleep(1.0)  # what is told after those ends is not counted
        watch = _Watch(client["scizoo"]["datasets"])
        watch.start()
        run_scans(place, SCANS)
        wait_until(lambda: len(watch.lasted_s) >= SCANS, LIMIT_S, f"{SCANS} scans in MongoDB")
        watch.end()
    lasted = milliseconds(watch.lasted_s)
    return Group(
        f"Scan end to catalogued: {SCANS} scans, Apache Kafka, MongoDB, the end wait included",
        [Number("Sardana's end time to the dataset in MongoDB", "ms", lasted)],
    )
