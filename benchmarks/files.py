"""Files that an acquisition program writes, seen by SciFly and by a bare watchdog."""

import json
import os
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

from watchdog.events import FileClosedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from scifish.state_folder import StateFolder

SETTLE_S = 1.0
"""Of the trial beamline's SciFly; a file that has not changed for so long is complete."""
CONTENT = b"x" * 100


class BareWatchdog(FileSystemEventHandler):
    """A context that notes when each file below a folder was closed, s since the epoch."""

    def __init__(self, folder: Path) -> None:
        self.closed: dict[str, float] = {}
        self._observer = Observer()
        self._observer.schedule(self, str(folder), recursive=True, event_filter=[FileClosedEvent])

    def __enter__(self) -> "BareWatchdog":
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    def on_closed(self, event: FileSystemEvent) -> None:
        """Note the time."""
        self.closed[Path(os.fsdecode(event.src_path)).name] = time.time()


def write(folder: Path, name: str) -> float:
    """Write a file and return when it was closed."""
    (folder / name).write_bytes(CONTENT)
    return time.time()


def committed(state: StateFolder) -> dict[str, float]:
    """Return when SciFly committed the capture of each file, by name."""
    found: dict[str, float] = {}
    query = "SELECT committed_s, summary FROM message WHERE author LIKE 'scifly@%' AND phase = 'ended'"
    for path in state.spools.glob("*.db"):
        # A spool is visible a moment before it has its tables.
        with closing(sqlite3.connect(path, timeout=5)) as database, suppress(sqlite3.OperationalError):
            for committed_s, summary in database.execute(query):
                found[Path(json.loads(summary)["title"]).name] = committed_s
    return found


def wait_for_all(state: StateFolder, names: set[str], limit_s: float) -> dict[str, float]:
    """Wait until SciFly has committed them all, and return when it did each."""
    end, pause = time.monotonic() + limit_s, threading.Event()
    while not names <= (found := committed(state)).keys():
        if time.monotonic() > end:
            raise RuntimeError(f"{len(names - found.keys())} files not captured within {limit_s:g} s")
        pause.wait(0.3)
    return {name: found[name] for name in names}
