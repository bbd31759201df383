"""A process that says which files of a folder grow; it can be abandoned when the storage hangs.

Events of the kernel name what is written on this machine; on a file server others write too, which
makes no event here, so the files are listed now and then as well.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Callable

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from sdm.folders.growth_listings import Listings

READY = "ready"
PROBLEM = "problem"
GREW = "grew"
QUIET_S = 0.2
"""Not told more often than this: what counts is when the last growth was."""
NAMELESS = re.compile(r"/#\d+\Z")
LOOK_S = 1.0
"""Where files grew at the last listing is listed this often."""
SHARE = 0.1
"""Listing takes at most this part of the time, however many files there are."""


class Teller(FileSystemEventHandler):
    """Tells of growth on standard output, one line each; called on any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told_s = float("-inf")

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event of a file that is written; one without a name is nobody's data.

        ``Check`` writes into such a file; the kernel tells of it as ``#<inode>``.
        """
        path = os.fsdecode(event.src_path)
        if not NAMELESS.search(path) or os.path.lexists(path):
            self.grew(path)

    def grew(self, path: str) -> None:
        """Say that a file grew just now."""
        with self._lock:
            if time.monotonic() - self._told_s < QUIET_S:
                return
            self._told_s = time.monotonic()
        say(GREW, path)


def say(word: str, text: str = "") -> None:
    """Write one line to whoever started this process."""
    sys.stdout.write(f"{word} {text!a}\n")
    sys.stdout.flush()


def watch(folder: str, listing_s: float, teller: Teller) -> None:
    """Tell of growth for ever."""
    observer = Observer()
    kinds = [FileCreatedEvent, FileModifiedEvent, FileClosedEvent]
    observer.schedule(teller, folder, recursive=True, event_filter=kinds)
    observer.start()
    listings = Listings(folder) if listing_s else None
    say(READY)
    while listings:
        until = time.monotonic() + listing_s
        while time.monotonic() < until:
            time.sleep(min(LOOK_S, listing_s))
            _at_leisure(listings.where_it_grew, teller)
        _at_leisure(listings.everything, teller)


def _at_leisure(look: Callable[[], str | None], teller: Teller) -> None:
    begun = time.monotonic()
    larger = look()
    if larger:
        teller.grew(larger)
    time.sleep((time.monotonic() - begun) / SHARE)


def main() -> None:
    """Watch the folder that is named until standard input ends: then nobody listens any more."""
    folder, listing_s = sys.argv[1], float(sys.argv[2])

    def work() -> None:
        try:
            watch(folder, listing_s, Teller())
        except OSError as error:
            say(PROBLEM, f"{error.filename or folder}: {error.strerror}")
            os._exit(1)

    threading.Thread(target=work, daemon=True).start()
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
