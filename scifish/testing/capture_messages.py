"""Valid messages for tests, with as little said as a test needs."""

from typing import Any

from scifish.identifiers import make_pid, new_nonce
from scifish.message_parts import Source
from scifish.messages import CaptureMessage

PREFIX = "20.500.12345"
RANKS = {"started": 0, "ended": 2, "amended": 2}


def new_identity(
    host: str = "capture-1", producer: str = "p", start_ns: int = 1, **source: Any
) -> dict[str, Any]:
    """Return the fields that all messages of one new capture share; ``source``: program, door."""
    facility, beamline, nonce = "maxiv", "demo", new_nonce()
    return {
        "pid": make_pid(PREFIX, facility, beamline, host, producer, start_ns, nonce),
        "facility": facility,
        "beamline": beamline,
        "producer": producer,
        "start_ns": start_ns,
        "nonce": nonce,
        "source": Source(**{"program": "sardana", "host": host, **source}),
    }


def told(
    identity: dict[str, Any], phase: str = "started", revision: int = 1, **fields: Any
) -> CaptureMessage:
    """Return one message of a capture; ``ended`` is completed unless ``fields`` say otherwise."""
    status = {"started": "running"}.get(phase, "completed")
    own = {"phase": phase, "revision": revision, "rank": RANKS[phase], "author": "sardana@capture-1"}
    return CaptureMessage(**{**identity, **own, "status": status, **fields})
