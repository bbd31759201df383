"""A message as a scan of 21 points makes it at its end, with the values of ten devices."""

from datetime import datetime, timezone
from typing import Any

from scifish.message_parts import DataFile, Value
from scifish.messages import CaptureMessage
from scifish.testing.capture_messages import new_identity, told

DEVICES, NUMBERS = 10, 5


def typical_message(start_ns: int = 1, phase: str = "ended", **fields: Any) -> CaptureMessage:
    """Return the end of one more scan; ``start_ns`` in ns since the epoch, UTC."""
    identity = new_identity(host="capture-1", start_ns=start_ns, door="Door/demo/1")
    return told(
        identity,
        phase,
        title="ascan mot01 0.0 1.0 20 0.1",
        scan_id=str(start_ns % 100_000),
        proposal="20260101",
        assignment="assigned",
        context_origin="live",
        points_planned=21,
        points_recorded=21,
        source_folder="/data/visitors/demo/20260101/2026010108/raw",
        files=[DataFile(path="scans.h5", entry="entry42", role="master", complete=False)],
        values_at_start=_values(),
        values=_values(),
        **fields,
    )


def _values() -> dict[str, dict[str, Value]]:
    now = datetime.now(timezone.utc)
    return {
        f"device {device}": {
            f"number {number}": Value(
                value=number + 0.25,
                unit="mm",
                quality="VALID",
                read_time=now,
                source=f"bench/optics/{device}/number{number}",
                type="DevDouble",
            )
            for number in range(NUMBERS)
        }
        for device in range(DEVICES)
    }
