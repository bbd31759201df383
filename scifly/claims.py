"""Which files belong to scans: SciFly leaves those alone.

Sardana's scans of this host name their files in messages that stand in the spools of the state
folder. A scan often names them only when it ends; so a settled file waits, its values taken, while
a scan is open whose folder it lies in. A scan that began after the file was seen counts as well,
since the question is put last thing before a capture is committed.
"""

import logging
import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import BaseModel, ValidationError

from scifish.message_parts import DataFile
from scifish.spool_rows import RowHead, SpoolRows, UnreadableRowError
from scifish.state_folder import StateFolder

log = logging.getLogger(__name__)
BATCH = 500


class ScanFiles(BaseModel):
    """What of a message says where a scan's files lie."""

    source_folder: str | None = None
    files: list[DataFile] = []


@dataclass
class Claims:
    """What scans say, as far as it has been heard (pure).

    Attributes
    ----------
    named
        Pid of the scan by the normalised path of each file that one names.
    open
        Folder of each scan that has begun and not ended, by its pid.
    """

    named: dict[str, str] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)

    def hear(self, pid: str, phase: str, scan: ScanFiles) -> None:
        """Take one message of a scan; their order does not matter."""
        folder = scan.source_folder or "/"
        for file in scan.files:
            self.named[os.path.normpath(PurePosixPath(folder) / file.path)] = pid
        if phase == "ended":
            self._ended.add(pid)
            self.open.pop(pid, None)
        elif phase == "started" and pid not in self._ended and scan.source_folder:
            self.open[pid] = os.path.normpath(scan.source_folder)

    def owner(self, path: PurePosixPath) -> str | None:
        """Return the pid of the scan that names a file (absolute path)."""
        return self.named.get(os.path.normpath(path))

    def may_yet_claim(self, path: PurePosixPath) -> str | None:
        """Return the pid of an open scan that may still name a file; None: nobody will."""
        plain = PurePosixPath(os.path.normpath(path))
        return next((pid for pid, folder in self.open.items() if plain.is_relative_to(folder)), None)


class SpoolListener:
    """Hears what the scans of this host say, by reading their spools; used by one thread.

    Parameters
    ----------
    folder
        State folder of the capture host.
    own_author
        Ours, ``scifly@<host>``: what SciFly itself says is no claim.
    """

    def __init__(self, folder: StateFolder, own_author: str) -> None:
        self.claims = Claims()
        self._folder, self._own_author = folder, own_author
        self._spools: dict[str, SpoolRows] = {}
        self._heard: dict[str, int] = {}

    def listen(self) -> Claims:
        """Hear everything committed before this call; a spool that did not change costs 10 µs."""
        present = {path.stem: path for path in self._folder.spools.glob("*.db")}
        for name in self._spools.keys() - present.keys():
            self._close(name)
        for name, path in present.items():
            try:
                spool = self._spools.get(name) or self._spools.setdefault(name, SpoolRows(path))
                if spool.changed():
                    self._hear(name, spool)
            except sqlite3.Error as error:
                log.warning("spool %s cannot be read now: %s", path, error)
                self._close(name)
        return self.claims

    def close(self) -> None:
        """Close all files."""
        for name in list(self._spools):
            self._close(name)

    def _close(self, name: str) -> None:
        """Close a spool; one that is opened again is heard from where it was."""
        spool = self._spools.pop(name, None)
        if spool is not None:
            spool.close()

    def _hear(self, name: str, spool: SpoolRows) -> None:
        while True:
            batch = spool.heads_after(self._heard.get(name, 0), BATCH)
            for head in batch.heads:
                if head.author != self._own_author:
                    self._take(spool, head)
            if batch.last <= self._heard.get(name, 0):
                return
            self._heard[name] = batch.last

    def _take(self, spool: SpoolRows, head: RowHead) -> None:
        try:
            body = spool.body(head.row)
            if body is not None:
                self.claims.hear(head.pid, head.phase, ScanFiles.model_validate_json(body))
        except (UnreadableRowError, ValidationError) as error:
            log.warning("row %d of spool %s cannot be read: %s", head.row, spool.path, error)
