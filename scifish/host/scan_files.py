"""Which files belong to the scans of a capture host, told to the SciFlys of its beamline (pure).

``ScanFiles`` is one element of SciFish's attribute of that name: a scan that has begun and not
ended, or one that ended lately.
"""

import json

from pydantic import BaseModel

from scifish.message_parts import DataFile

SCANS, FILES = 1000, 50_000
"""So many are told at most, those heard last; open scans always."""
SCIFLY = "scifly@"
"""Begin of an author whose captures are no scans."""


class NamedFiles(BaseModel):
    """What of a message says where a scan's files lie."""

    source_folder: str | None = None
    files: list[DataFile] = []


class ScanFiles(BaseModel):
    """The files of one scan.

    Attributes
    ----------
    source_folder
        Absolute; None: not known.
    files
        Paths relative to it, as far as they are named yet.
    open
        It may name more that lie in its folder.
    """

    pid: str
    source_folder: str | None = None
    files: list[str] = []
    open: bool = False


class RecentScans:
    """Remembers the open scans and those heard last; used by one thread."""

    def __init__(self) -> None:
        self._scans: dict[str, ScanFiles] = {}
        self._ended: dict[str, None] = {}
        self._elements: list[str] | None = None

    def hear(self, pid: str, phase: str, named: NamedFiles) -> None:
        """Take one message of a scan; their order does not matter."""
        scan = self._scans.pop(pid, None) or ScanFiles(pid=pid)
        if phase == "ended":
            self._ended[pid] = None
        scan.open = pid not in self._ended and (scan.open or phase == "started")
        scan.source_folder = named.source_folder or scan.source_folder
        scan.files = list(dict.fromkeys([*scan.files, *(file.path for file in named.files)]))
        self._scans[pid] = scan
        self._elements = None

    def elements(self) -> list[str]:
        """Return what SciFish publishes: one JSON per scan, the one heard last first."""
        if self._elements is None:
            self._forget()
            self._elements = [_ascii(scan) for scan in reversed(self._scans.values())]
        return self._elements

    def _forget(self) -> None:
        scans = files = 0
        for pid, scan in reversed(list(self._scans.items())):
            scans, files = scans + 1, files + len(scan.files)
            if not scan.open and (scans > SCANS or (files > FILES and scans > 1)):
                del self._scans[pid]
        for pid in list(self._ended)[: -10 * SCANS]:
            del self._ended[pid]


def _ascii(scan: ScanFiles) -> str:
    """Return JSON that fits TANGO's Latin-1 strings."""
    return json.dumps(scan.model_dump())
