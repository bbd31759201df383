"""Which captures are asked for: the newest, one by its pid, those of a Door, or one scan (pure)."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from scifish.spool.rows import RowHead

SAME_SCAN_NS = 60_000_000_000
"""A capture belongs to a scan of the same number that began within this span of it."""

OF_SCAN = """EXISTS (SELECT 1 FROM message
    WHERE message.pid = capture.pid AND json_extract(message.summary, '$.scan_id') = ?)"""


@dataclass(frozen=True)
class Wanted:
    """Conditions that hold together; one that is None is none.

    Attributes
    ----------
    limit
        So many captures at most.
    door
        Tango name of a Door, in any case.
    near_ns
        Begun within a minute of then, ns since the epoch, UTC: Sardana's numbers are given again.
    """

    limit: int
    pid: str | None = None
    door: str | None = None
    scan_id: str | None = None
    near_ns: int | None = None

    def query(self, order: Literal["rowid", "start_ns"]) -> tuple[str, list[object]]:
        """Return SQL that finds pids and places in a ledger, and its values: by coming, or by begin."""
        conditions: dict[str, list[object]] = {"1": []}
        if self.pid is not None:
            conditions["pid = ?"] = [self.pid]
        if self.door is not None:
            conditions["door = ? COLLATE NOCASE"] = [self.door]
        if self.near_ns is not None:
            conditions["start_ns BETWEEN ? AND ?"] = [
                self.near_ns - SAME_SCAN_NS,
                self.near_ns + SAME_SCAN_NS,
            ]
        if self.scan_id is not None:
            conditions[OF_SCAN] = [self.scan_id]
        where = " AND ".join(conditions)
        query = f"SELECT pid, rowid FROM capture WHERE {where} ORDER BY {order} DESC LIMIT ?"  # noqa: S608
        return query, [*(value for values in conditions.values() for value in values), self.limit]

    def fits(self, head: RowHead) -> bool:
        """Tell whether a row of a spool belongs to such a capture."""
        if self.pid is not None and head.pid != self.pid:
            return False
        if (self.door, self.scan_id, self.near_ns) == (None, None, None):
            return True
        return self._fits_summary(json.loads(head.summary))

    def _fits_summary(self, summary: dict[str, Any]) -> bool:
        if self.door is not None and (summary.get("door") or "").lower() != self.door.lower():
            return False
        if self.scan_id is not None and summary.get("scan_id") != self.scan_id:
            return False
        return self.near_ns is None or abs(summary.get("start_ns", 0) - self.near_ns) <= SAME_SCAN_NS
