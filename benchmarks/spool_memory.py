"""Memory of producer and forwarder, in a process of their own, with 100,000 messages that nobody takes."""

import json
import subprocess
import sys

from benchmarks.measure import Group, Number
from benchmarks.place import Place
from scizoo.services.system_packages import CHECKOUT

PENDING = 100_000
LIMIT_S = 240


def run(place: Place) -> Group:
    """Take the numbers."""
    folder = place.beamline.folder.data("backlog")
    folder.chmod(0o2770)
    command = [sys.executable, "-m", "benchmarks.backlog", str(folder), str(PENDING)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"the process of the backlog failed: {done.stderr}")
    told = json.loads(done.stdout)
    return Group(
        f"Backlog: {PENDING} messages, no Kafka, one process",
        [
            Number("memory, producer with a hundredth of it", "MB", [told["empty"]]),
            Number("memory, producer with all in the spool", "MB", [told["committed"]]),
            Number("memory, with a forwarder that has noted all", "MB", [told["pending"]]),
            Number("forwarder notes rows", "1/s", [PENDING / told["noted_s"]]),
        ],
    )
