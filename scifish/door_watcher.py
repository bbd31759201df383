"""Watching the Doors of open captures: a scan can end without telling anybody.

``MacroStatus`` can only be had by its events (a read returns nothing), ``State`` is read. Each Door
has a daemon thread of its own, so one that hangs delays nobody.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import tango

from scifish.closing import open_scans
from scifish.closing_rules import MacroReport, OpenCapture, Verdict, judge_door
from scifish.door_reports import keep_latest, read_macro_status
from scifish.spool_layout import connect_reader

log = logging.getLogger(__name__)

LOOK_PERIOD_S = 0.5
CONFIRMATIONS = 3
"""A Door must have been found at rest so often in a row, so that an END just told is noted first."""
MACROS_KEPT = 100

Close = Callable[[str, Verdict], None]


class DoorWatcher:
    """Closes captures whose Door is no longer at work.

    Parameters
    ----------
    forwarder_db
        Where the open captures stand.
    close
        Called with pid and verdict, from a thread of the watcher.
    """

    def __init__(self, forwarder_db: Path, close: Close) -> None:
        self._forwarder_db, self._close = forwarder_db, close
        self._doors: dict[str, _WatchedDoor] = {}
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to watch, in the background."""
        threading.Thread(target=self._run, name="scifish-doors", daemon=True).start()

    def watched(self) -> list[str]:
        """Return the names of the Doors whose reports are heard, in lower case."""
        return [name for name, door in list(self._doors.items()) if door.hears]

    def stop(self) -> None:
        """Stop watching; a Door that hangs is not waited for."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_PERIOD_S):
            try:
                with closing(connect_reader(self._forwarder_db)) as database:
                    found = open_scans(database)
            except sqlite3.Error as error:
                log.warning("open captures cannot be read now: %s", error)
                continue
            self._hand_out(found)

    def _hand_out(self, found: list[OpenCapture]) -> None:
        for name in {capture.door.lower() for capture in found if capture.door} - set(self._doors):
            self._doors[name] = _WatchedDoor(name, self._close, self._stopping)
        for name, door in self._doors.items():
            door.open = [capture for capture in found if (capture.door or "").lower() == name]


class _WatchedDoor:
    """One Door; watched from its first open capture until the watcher stops."""

    def __init__(self, name: str, close: Close, stopping: threading.Event) -> None:
        self.open: list[OpenCapture] = []
        self.hears = False
        self._name, self._close, self._stopping = name, close, stopping
        self._reports: list[MacroReport] = []
        self._at_rest: dict[str, int] = {}
        threading.Thread(target=self._run, name=f"scifish-door-{name}", daemon=True).start()

    def _run(self) -> None:
        with tango.EnsureOmniThread():
            proxy = self._connect()
            if proxy is None:
                return
            event = proxy.subscribe_event(
                "MacroStatus", tango.EventType.CHANGE_EVENT, self._on_event, [], True
            )
            self.hears = True
            while not self._stopping.wait(LOOK_PERIOD_S):
                self._look(proxy)
            with suppress(tango.DevFailed):
                proxy.unsubscribe_event(event)

    def _connect(self) -> tango.DeviceProxy | None:
        while not self._stopping.is_set():
            try:
                return tango.DeviceProxy(self._name)
            except tango.DevFailed:
                self._stopping.wait(LOOK_PERIOD_S)
        return None

    def _on_event(self, event: Any) -> None:
        if event.err:
            return
        for report in read_macro_status(event.attr_value.value[1]):
            self._reports = keep_latest(self._reports, report, MACROS_KEPT)

    def _look(self, proxy: tango.DeviceProxy) -> None:
        captures = list(self.open)
        if not captures:
            self._at_rest.clear()
            return
        try:
            state = str(proxy.state())
        except tango.DevFailed:
            return  # a server that died is known by its lock; one that hangs is waited for
        verdicts = {item.pid: judge_door(state, self._reports, item.macro_id) for item in captures}
        self._at_rest = {pid: self._at_rest.get(pid, 0) + 1 for pid, verdict in verdicts.items() if verdict}
        for pid, count in self._at_rest.items():
            verdict = verdicts[pid]
            if verdict and count == CONFIRMATIONS:
                self._close(pid, verdict)
