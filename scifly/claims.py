"""Which files belong to scans: SciFly leaves those alone.

The scans of this host name their files in messages that stand in the spools of the state folder,
those of the beamline's other capture hosts in what their SciFish devices say. A scan often names
its files only when it ends; so a settled file waits, its values taken, while a scan is open whose
folder it lies in. A scan that began after the file was seen counts as well, since the question is
put last thing before a capture is committed.
"""

import os
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from scifish.host.scan_files import NamedFiles, ScanFiles
from scifish.host.scans_elsewhere import HostScans, ScansElsewhere
from scifish.spool.hearing import SpoolHearing
from scifish.spool.rows import RowHead
from scifish.state_folder import StateFolder


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
    _open_at: dict[str, set[str]] = field(default_factory=dict)

    def hear(self, pid: str, phase: str, scan: NamedFiles) -> None:
        """Take one message of a scan; their order does not matter."""
        self._name(pid, scan.source_folder, [file.path for file in scan.files])
        if phase == "ended":
            self._end(pid)
        elif phase == "started":
            self._begin(pid, scan.source_folder)

    def hear_host(self, device: str, scans: tuple[ScanFiles, ...]) -> None:
        """Take what the SciFish of another host says; an open scan it tells no more has ended."""
        for scan in scans:
            self._name(scan.pid, scan.source_folder, scan.files)
        now_open = {scan.pid for scan in scans if scan.open}
        for pid in self._open_at.get(device, set()) - now_open:
            self._end(pid)
        for scan in scans:
            if scan.open:
                self._begin(scan.pid, scan.source_folder)
        self._open_at[device] = now_open

    def owner(self, path: PurePosixPath) -> str | None:
        """Return the pid of the scan that names a file (absolute path)."""
        return self.named.get(os.path.normpath(path))

    def may_yet_claim(self, path: PurePosixPath) -> str | None:
        """Return the pid of an open scan that may still name a file; None: nobody will."""
        plain = PurePosixPath(os.path.normpath(path))
        return next((pid for pid, folder in self.open.items() if plain.is_relative_to(folder)), None)

    def _name(self, pid: str, folder: str | None, paths: list[str]) -> None:
        for path in paths:
            self.named[os.path.normpath(PurePosixPath(folder or "/") / path)] = pid

    def _begin(self, pid: str, folder: str | None) -> None:
        if pid not in self._ended and folder:
            self.open[pid] = os.path.normpath(folder)

    def _end(self, pid: str) -> None:
        self._ended.add(pid)
        self.open.pop(pid, None)


class ScanListener:
    """Hears what the scans of this beamline say; used by one thread.

    Parameters
    ----------
    folder
        State folder of this capture host.
    own_author
        Ours, ``scifly@<host>``: what SciFly itself says is no claim.
    elsewhere
        What the beamline's other capture hosts say; None: there are none.
    """

    def __init__(self, folder: StateFolder, own_author: str, elsewhere: ScansElsewhere | None = None) -> None:
        self.claims = Claims()
        self._own_author, self._elsewhere = own_author, elsewhere
        self._spools = SpoolHearing(folder, self._is_of_others, self._take)
        self._heard: dict[str, tuple[ScanFiles, ...]] = {}

    def listen(self) -> Claims:
        """Hear everything that this host committed before this call, and what the others have told."""
        self._spools.listen()
        for host in self._hosts():
            if self._heard.get(host.device) is not host.scans:
                self._heard[host.device] = host.scans
                self.claims.hear_host(host.device, host.scans)
        return self.claims

    def unheard(self, since_s: float) -> str | None:
        """Return which host's scans of a moment are not known, and why; None: all are.

        Parameters
        ----------
        since_s
            The moment: s, monotonic clock.
        """
        for host in self._hosts():
            if not host.knows_of(since_s) or self._heard.get(host.device) is not host.scans:
                return f"SciFish {host.device}" + (f": {host.trouble}" if host.trouble else "")
        return None

    def silent(self) -> list[str]:
        """Return which other hosts do not answer, in words."""
        words = "does not tell its scans, so complete files wait"
        return [f"SciFish {host.device} {words}: {host.trouble}" for host in self._hosts() if host.trouble]

    def close(self) -> None:
        """Close all files, and ask nobody any more."""
        self._spools.close()
        if self._elsewhere:
            self._elsewhere.close()

    def _hosts(self) -> list[HostScans]:
        return self._elsewhere.hosts() if self._elsewhere else []

    def _is_of_others(self, head: RowHead) -> bool:
        return head.author != self._own_author

    def _take(self, head: RowHead, body: bytes) -> None:
        self.claims.hear(head.pid, head.phase, NamedFiles.model_validate_json(body))
