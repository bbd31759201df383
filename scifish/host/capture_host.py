"""What SciFish does on a capture host: its own captures, the forwarder, and watching the Doors."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from scifish.closing.door_watcher import DoorWatcher
from scifish.errors import ScifishError, SettingsError
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.settings import ForwarderSettings
from scifish.forwarding.status import ForwarderStatus
from scifish.host.client_captures import ClientCaptures
from scifish.host.client_requests import ScanWanted
from scifish.host.scans_here import ScansHere
from scifish.producer import Producer
from scifish.settings import Settings, load_settings, save_settings
from scifish.spool.reserve import reserve_trouble
from scifish.state_folder import StateFolder, host_name
from scifish.status.captures import CaptureState, find_scan, get_capture, list_captures

log = logging.getLogger(__name__)

ROLE = "scifish"
MISSING = "topic missing"


class UnknownCaptureError(ScifishError):
    """No spool of this host holds a capture of that pid."""


@dataclass(frozen=True)
class Finding:
    """One line of a check; ``cure`` says what to do when it is not ok."""

    part: str
    ok: bool
    finding: str
    cure: str = ""


class CaptureHost:
    """Everything behind the SciFish device.

    Parameters
    ----------
    folder
        State folder.
    settings
        Written to ``settings.json`` for all producers of this host.
    forwarding
        Where the messages go.

    Raises
    ------
    SettingsError, SpoolError
        Nothing can be captured or forwarded here; the text says what to do.
    """

    def __init__(self, folder: StateFolder, settings: Settings, forwarding: ForwarderSettings) -> None:
        self._folder = folder
        folder.prepare()
        _write_settings(folder, settings)
        self._producer = Producer.start(ROLE, folder)
        self.clients = ClientCaptures(self._producer)
        try:
            self._forwarder = Forwarder(folder, self._producer.spool, forwarding)
        except ScifishError:
            self._producer.close()
            raise
        self._doors = DoorWatcher(folder.forwarder_db, self._forwarder.close_capture)
        self._forwarder.start()
        self._doors.start()

    @property
    def status(self) -> ForwarderStatus:
        """The forwarder's numbers, at most a second old."""
        return self._forwarder.status

    @property
    def disk_trouble(self) -> str | None:
        """What is wrong with the disk and what to do, whichever process has met it; None when all is well."""
        return self._producer.spool.trouble or reserve_trouble(self._folder.reserve)

    def close(self) -> None:
        """Stop within a moment."""
        self._doors.stop()
        self._forwarder.stop()
        self._producer.close()

    def resend(self, pid: str) -> None:
        """Have everything of a capture sent again, in a moment."""
        self._forwarder.resend(pid)

    def capture(self, pid: str) -> CaptureState:
        """Return one capture; raises UnknownCaptureError when no spool of this host holds it."""
        found = get_capture(self._folder, pid)
        if found is None:
            raise UnknownCaptureError(f"no spool of this host holds {pid!r}: ask the beamline's other hosts")
        return found

    def captures(self, limit: int) -> list[CaptureState]:
        """Return the newest captures; those that wait for a missing topic say so."""
        return [self._with_topic(item) for item in list_captures(self._folder, limit)]

    def scans_here(self) -> ScansHere:
        """Return a reader of this host's scans, to be used and closed by one thread."""
        return ScansHere(self._folder)

    def scan(self, wanted: ScanWanted) -> CaptureState | None:
        """Return the capture of a scan; None when no spool of this host holds it."""
        found = find_scan(self._folder, wanted.scan_id, wanted.start_ns, wanted.door)
        return found and self._with_topic(found)

    def check(self) -> list[Finding]:
        """Say of each part whether it is well."""
        status = self._forwarder.status
        findings = [
            Finding("state folder", True, f"{self._folder.path} takes captures"),
            _found(
                "disk", self.disk_trouble, "captures are durable", "free space on the state folder's disk"
            ),
            _found("kafka", status.trouble, "messages and receipts flow", "captures are kept meanwhile"),
        ]
        cure = "the rest of it is sent; move the file away, for the developers, to end this alarm"
        return findings + [
            Finding(f"spool {name}", False, what, cure) for name, what in status.damaged.items()
        ]

    def _with_topic(self, found: CaptureState) -> CaptureState:
        trouble = self._forwarder.status.trouble or ""
        if found.state != "captured" or not trouble.startswith(MISSING):
            return found
        return found.model_copy(update={"state": MISSING, "reason": trouble})


def forwarder_author() -> str:
    """Return who closes what nobody ended: ``scifish@<host>``."""
    return f"{ROLE}@{host_name()}"


def _write_settings(folder: StateFolder, settings: Settings) -> None:
    """Write the settings unless they stand there already, which spares a full disk."""
    with suppress(SettingsError):
        if load_settings(folder.path) == settings:
            return
    save_settings(folder.path, settings)


def _found(part: str, trouble: str | None, well: str, cure: str) -> Finding:
    return Finding(part, False, trouble, cure) if trouble else Finding(part, True, well)
