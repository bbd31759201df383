"""Watching the Doors of open captures: a scan can end without telling anybody.

``MacroStatus`` can only be had by its events (a read returns nothing), ``State`` is read. Each Door
has a daemon thread of its own, so one that hangs delays nobody.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

import tango

from scifish.closing.closer import known_doors, open_scans
from scifish.closing.door_reports import keep_latest, read_errors, read_macro_status
from scifish.closing.rules import MacroReport, OpenCapture, Verdict, judge_door
from scifish.spool.layout import connect_reader

log = logging.getLogger(__name__)

LOOK_PERIOD_S = 0.5
CONFIRMATIONS = 3
"""A Door must have been found at rest so often in a row, so that an END just told is noted first."""
MACROS_KEPT = 100

Close = Callable[[str, Verdict], None]
Found = TypeVar("Found")


class DoorWatcher:
    """Closes captures whose Door is no longer at work.

    Parameters
    ----------
    forwarder_db
        Where the open captures stand.
    close
        Called with pid and verdict, from a thread of the watcher; again while the capture stays open.
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
        # A scan may fail as soon as it has begun: its Door must be heard by then.
        self._watch(self._look_up(known_doors) or ())
        while not self._stopping.wait(LOOK_PERIOD_S):
            found = self._look_up(open_scans)
            if found is not None:
                self._hand_out(found)

    def _look_up(self, question: Callable[[sqlite3.Connection], list[Found]]) -> list[Found] | None:
        try:
            with closing(connect_reader(self._forwarder_db)) as database:
                return question(database)
        except sqlite3.Error as error:
            log.warning("captures and their Doors cannot be read now: %s", error)
            return None

    def _watch(self, names: Iterable[str]) -> None:
        for name in set(names) - set(self._doors):
            self._doors[name] = _WatchedDoor(name, self._close, self._stopping)

    def _hand_out(self, found: list[OpenCapture]) -> None:
        self._watch(capture.door.lower() for capture in found if capture.door)
        for name, door in self._doors.items():
            door.open = [capture for capture in found if (capture.door or "").lower() == name]


class _WatchedDoor:
    """One Door; watched from its first capture on, and from its begin by every later life of SciFish."""

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
                self._look_safely(proxy)
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

    def _look_safely(self, proxy: tango.DeviceProxy) -> None:
        try:
            self._look(proxy)
        except Exception:  # edge of the thread: the Door must stay watched
            log.exception("the Door %s cannot be judged now", self._name)

    def _look(self, proxy: tango.DeviceProxy) -> None:
        captures = list(self.open)
        if not captures:
            self._at_rest.clear()
            return
        try:
            state = str(proxy.state())
            said = read_errors(proxy.read_attribute("Error").value or ()) if state == "ALARM" else ""
        except tango.DevFailed:
            return  # a server that died is known by its lock; one that hangs is waited for
        verdicts = {item.pid: judge_door(state, self._reports, item.macro_id, said) for item in captures}
        self._at_rest = {pid: self._at_rest.get(pid, 0) + 1 for pid, verdict in verdicts.items() if verdict}
        for pid, count in self._at_rest.items():
            verdict = verdicts[pid]
            if verdict and count % CONFIRMATIONS == 0:  # again, as long as the end could not be kept
                self._close(pid, verdict)
