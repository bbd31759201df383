"""What a process needs to capture anything: settings, spool, reader, and who is measuring.

One ``Producer`` per process life. Its threads are daemons and end with the process; none of them
is ever waited for.
"""

import contextlib
import re
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time_ns
from typing import Any

from tango import EnsureOmniThread

from scifish.active_selection import SelectionListener
from scifish.attributes.reader import SnapshotReader
from scifish.capture import Capture
from scifish.context import KnownSession, SessionListener
from scifish.errors import SettingsError
from scifish.frozen import Frozen
from scifish.identifiers import new_nonce
from scifish.message_parts import Source
from scifish.selection import Selection
from scifish.settings import FILE_NAME, Settings, Station, load_settings
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder, find_state_folder, host_name

WARM_PERIOD_S = 1.0


@dataclass(frozen=True)
class PidParts:
    """The parts that make a pid, kept by whoever must make the same capture again after a crash."""

    producer: str
    start_ns: int
    nonce: str


class Producer:
    """Begins captures; see ``start``."""

    def __init__(self, role: str, settings: Settings, folder: StateFolder, spool: Spool) -> None:
        self.settings, self.folder, self.spool = settings, folder, spool
        self.host = host_name()
        self.author = f"{role}@{self.host}"
        self.reader = SnapshotReader(settings.array_limit, settings.call_limit_s)
        self._sessions: dict[str, SessionListener] = {}
        self._selections: dict[str, SelectionListener] = {}
        self._closed = threading.Event()
        self._settings_stamp = self._stamp()
        for station in settings.stations:
            self._listen(station)
        threading.Thread(target=self._keep_warm, name="scifish-warm", daemon=True).start()

    @classmethod
    def start(cls, role: str, folder: StateFolder | None = None) -> "Producer":
        """Open the state folder of this capture host.

        Parameters
        ----------
        role
            ``sardana``, ``scifly`` or ``scifish``: the first half of every message's author.
        folder
            Where captures wait; None: the one that ``SCIZOO_STATE`` or ``/var/lib/scizoo`` tells.

        Raises
        ------
        SettingsError
            Nothing can be captured here; the text says what to do.
        SpoolError
            The spool cannot be made.
        """
        folder = folder or find_state_folder()
        settings = load_settings(folder.path)
        folder.prepare()
        return cls(role, settings, folder, Spool.open(folder, role))

    def begin(
        self,
        source: Source,
        *,
        type: str = "raw",  # noqa: A002 - the message's and SciCat's word
        start_ns: int | None = None,
        parts: PidParts | None = None,
        station: Station | None = None,
        frozen: Frozen | None = None,
    ) -> Capture:
        """Give a capture its pid and begin to read its start values; commits nothing yet.

        Parameters
        ----------
        source
            The program; its Door and MacroServer choose the station.
        type
            ``raw`` or ``derived``.
        start_ns
            Begin of the capture, ns since the epoch, UTC; None: now.
        parts
            To make a capture again that was begun before this process life.
        station
            Which one counts; None: that of the source's Door or MacroServer.
        frozen
            What was known and read when it began and ended; None: begin to read now.
        """
        self.reload()
        parts = parts or PidParts(self.spool.uuid, start_ns or time_ns(), new_nonce())
        station = station or self.settings.station(source.door, source.macro_server)
        self._refresh(station)
        identity: dict[str, Any] = {
            "facility": self.settings.facility,
            "beamline": self.settings.beamline,
            "producer": parts.producer,
            "start_ns": parts.start_ns,
            "nonce": parts.nonce,
            "type": type,
            "endstation": station.endstation,
            "source": source,
        }
        return Capture(self, station, identity, self.settings.pid_prefix, frozen)

    def source(self, program: str, **facts: str | None) -> Source:
        """Return a ``Source`` of this host: version, macro_server, door."""
        return Source(program=program, host=self.host, **facts)

    def selection(self, station: Station) -> tuple[Selection | None, str | None]:
        """Return the active selection of a station as it is known now, and a note for people."""
        if station.sci_dog is None:
            return None, None
        known = self._selections[station.sci_dog.lower()].known()
        return known.selection, known.note

    def session(self, station: Station, now: datetime) -> KnownSession:
        """Return the session of a station as it is known now."""
        if station.path_fixer is None:
            return KnownSession.none("no PathFixer is named for this Door: see property Sessions of SciFish")
        return self._sessions[station.path_fixer.lower()].known(now)

    def close(self) -> None:
        """Close the spool; background threads are told, not waited for."""
        self._closed.set()
        self.reader.close()
        for session in self._sessions.values():
            session.close()
        for selection in self._selections.values():
            selection.close()
        self.spool.close()

    def reload(self) -> None:
        """Take up settings that SciFish has written since; unreadable ones leave the old in force."""
        stamp = self._stamp()
        if stamp == self._settings_stamp:
            return
        with contextlib.suppress(SettingsError):
            self.settings = load_settings(self.folder.path)
            self._settings_stamp = stamp
            self.reader.array_limit = self.settings.array_limit
            self.reader.call_limit_s = self.settings.call_limit_s
        for station in self.settings.stations:
            self._listen(station)

    def _stamp(self) -> tuple[int, int]:
        try:
            found = (self.folder.path / FILE_NAME).stat()
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)

    def _listen(self, station: Station) -> None:
        if station.path_fixer and station.path_fixer.lower() not in self._sessions:
            listener = SessionListener(station.path_fixer, self._cache("session", station.path_fixer))
            self._sessions[station.path_fixer.lower()] = listener
        if station.sci_dog and station.sci_dog.lower() not in self._selections:
            dog = SelectionListener(station.sci_dog, self._cache("selection", station.sci_dog))
            self._selections[station.sci_dog.lower()] = dog

    def _refresh(self, station: Station) -> None:
        if station.path_fixer:
            self._sessions[station.path_fixer.lower()].refresh()
        if station.sci_dog:
            self._selections[station.sci_dog.lower()].refresh()

    def _cache(self, kind: str, device: str) -> Path:
        name = re.sub(r"[^a-z0-9_.-]", "_", device.lower())
        return self.folder.path / f"{kind}-{name}.json"

    def _keep_warm(self) -> None:
        """Make the proxies of a selection when it becomes known, so that no scan waits for that."""
        prepared: dict[str, str] = {}
        with EnsureOmniThread():
            while not self._closed.wait(WARM_PERIOD_S if prepared else 0.05):
                for name, listener in list(self._selections.items()):
                    selection = listener.known().selection
                    if selection and prepared.get(name) != selection.hash:
                        self.reader.prepare(selection)
                        prepared[name] = selection.hash
