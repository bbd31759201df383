"""The scans of this capture host, for the SciFlys of others."""

from scifish.host.scan_files import SCIFLY, NamedFiles, RecentScans
from scifish.spool.hearing import SpoolHearing
from scifish.spool.rows import RowHead
from scifish.state_folder import StateFolder


class ScansHere:
    """Reads the spools of a state folder; used by one thread."""

    def __init__(self, folder: StateFolder) -> None:
        self._scans = RecentScans()
        self._spools = SpoolHearing(folder, _is_of_a_scan, self._take)

    def look(self) -> list[str] | None:
        """Return the elements of ``ScanFiles``; None while something committed cannot be read."""
        return self._scans.elements() if self._spools.listen() else None

    def close(self) -> None:
        """Close all files."""
        self._spools.close()

    def _take(self, head: RowHead, body: bytes) -> None:
        self._scans.hear(head.pid, head.phase, NamedFiles.model_validate_json(body))


def _is_of_a_scan(head: RowHead) -> bool:
    return not head.author.startswith(SCIFLY)
