"""Reads what a producer has committed, as the forwarder would."""

from pathlib import Path

from scifish.messages import CaptureMessage, decode
from scifish.spool.rows import SpoolRows
from tests.waiting import wait_for


class Spooled:
    """Messages of the captures that began since this object was made; others are amended yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = {message.pid for message in self._all()}

    def messages(self) -> list[CaptureMessage]:
        """Return the messages in the order of their commits."""
        return [message for message in self._all() if message.pid not in self._before]

    def ended(self, number: int = 1, limit_s: float = 5.0) -> list[CaptureMessage]:
        """Return the newest end of each capture, once there are so many, in the order of their ends."""

        def newest() -> list[CaptureMessage] | None:
            ends = {message.pid: message for message in self.messages() if message.phase == "ended"}
            return list(ends.values()) if len(ends) >= number else None

        return wait_for(newest, limit_s, f"{number} captures ended")

    def started(self, limit_s: float = 5.0) -> CaptureMessage:
        """Return the second commit of a start: the scan is past its first wait."""
        return wait_for(lambda: [one for one in self.messages() if one.revision > 1], limit_s, "a start")[0]

    def of(self, pid: str, phase: str) -> list[CaptureMessage]:
        """Return the messages of one capture and phase."""
        return [message for message in self.messages() if (message.pid, message.phase) == (pid, phase)]

    def amended(self, pid: str, limit_s: float = 5.0) -> CaptureMessage:
        """Return the newest amendment of a capture, once there is one."""
        return wait_for(lambda: self.of(pid, "amended"), limit_s, f"an amendment of {pid}")[-1]

    def _all(self):
        found = []
        for path in sorted((self._folder / "spools").glob("*.db")):
            rows = SpoolRows(path)
            try:
                heads = rows.heads_after(0, 100_000).heads
                found += [decode(rows.body(head.row)) for head in heads]
            finally:
                rows.close()
        return found
