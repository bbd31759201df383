"""Valid capture messages for tests, made with few words."""

from datetime import datetime, timezone
from typing import Any

from scifish.identifiers import make_pid
from scifish.messages import SCHEMA, CaptureMessage

PREFIX = "20.500.12345"
PRODUCER = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


def capture(number: int = 1, phase: str = "ended", **fields: Any) -> CaptureMessage:
    """Return a valid message.

    Parameters
    ----------
    number
        Tells captures apart: the same number gives the same pid.
    phase
        ``started`` comes with rank 0 and status running, ``ended`` with rank 2 and completed.
    fields
        Any field of the message, instead of the stated one.
    """
    return CaptureMessage.model_validate(capture_document(number, phase, **fields))


def capture_document(number: int = 1, phase: str = "ended", **fields: Any) -> dict[str, Any]:
    """Return the same message as a dictionary, so that a test can spoil it."""
    identity: dict[str, Any] = {
        "facility": "demo",
        "producer": PRODUCER,
        "start_ns": 1_772_366_400_000_000_000 + number,
        "nonce": f"{number:016x}",
    }
    beamline, host = fields.get("beamline", "demo"), fields.pop("host", "host1")
    pid = make_pid(PREFIX, "demo", beamline, host, PRODUCER, identity["start_ns"], identity["nonce"])
    document = {
        "schema": SCHEMA,
        "pid": pid,
        **identity,
        "phase": phase,
        "author": f"sardana@{host}",
        "rank": 0 if phase == "started" else 2,
        "revision": 1,
        "beamline": beamline,
        "source": {"program": "sardana", "host": host, "door": "Door/demo/1"},
        "scan_id": str(number),
        "proposal": "20260001",
        "visit": "2026030108",
        "category": "visitors",
        "assignment": "assigned",
        "context_origin": "live",
        "title": "ascan mot01 0 1 10 0.1",
        "name": "ascan",
        "start_time": START.isoformat(),
        "source_folder": "/data/visitors/demo/20260001/2026030108/raw",
    }
    if phase == "ended":
        document |= {"status": "completed", "end_time": "2026-03-01T12:00:10Z", "points_recorded": 11}
    if phase == "amended":
        document["part"] = {"name": "files", "index": 1, "of": 1}
    return document | fields


def value(number: Any, unit: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a leaf of the tree of values."""
    return {"value": number, "unit": unit, "quality": "VALID", **more}


def file(path: str, complete: bool | None = True, size: int | None = 10, **more: Any) -> dict[str, Any]:
    """Return an entry of ``files``."""
    return {"path": path, "size": size, "time": "2026-03-01T12:00:11Z", "complete": complete, **more}
