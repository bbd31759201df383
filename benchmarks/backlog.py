"""``python -m benchmarks.backlog <folder> <count>``: fill a spool while no Kafka answers; tell the memory."""

import json
import sys
import time
from pathlib import Path

from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.kafka_client import KafkaClient
from scifish.forwarding.settings import ForwarderSettings
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told
from scizoo.services.waiting import wait_until

TOGETHER = 500
NOBODY = "127.0.0.1:1"
LIMIT_S = 120.0


def main(folder: Path, count: int) -> None:
    """Print the memory in MB before, after the commits, and when the forwarder has noted all."""
    state = StateFolder(folder)
    spool, own = Spool.open(state, "sardana"), Spool.open(state, "scifish")
    for _ in range(count // TOGETHER // 100):
        _commit(spool)
    empty_mb = memory_mb()
    for _ in range(count // TOGETHER - count // TOGETHER // 100):
        _commit(spool)
    committed_mb = memory_mb()
    forwarder = Forwarder(state, own, ForwarderSettings("backlog", KafkaClient(NOBODY), "scifish@capture-1"))
    begin = time.perf_counter()
    forwarder.start()
    wait_until(lambda: forwarder.status.pending >= count, LIMIT_S, f"{count} messages pending")
    noted_s = time.perf_counter() - begin
    told_ = {"empty": empty_mb, "committed": committed_mb, "pending": memory_mb(), "noted_s": noted_s}
    forwarder.stop()
    print(json.dumps(told_))


def memory_mb() -> float:
    """Return the resident memory of this process."""
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def _commit(spool: Spool) -> None:
    spool.commit(*(told(new_identity(), "ended") for _ in range(TOGETHER)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
