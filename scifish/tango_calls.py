"""Calls of background threads into TANGO: none may come back while Python ends.

Python up to 3.13 ends a thread that comes back from a library into an ending interpreter, and inside
pybind11 that is ``std::terminate``: a MacroServer would end by SIGABRT at its SIGTERM. So the last
thing before is to let no new call begin, and to wait a moment for those under way.
"""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LAST_CALLS_S = 0.3
"""A device that answers does so in milliseconds; for one that does not nobody waits at the end."""


class Calls:
    """Counts calls under way; a thread that would begin one after ``end`` ends instead, by SystemExit."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, in a forked child too: no thread that held the lock or was in a call lives on there."""
        self._changed = threading.Condition()
        self._under_way = 0
        self._ended = False

    @contextmanager
    def one(self) -> Iterator[None]:
        """``with calls.one():`` around whatever calls TANGO."""
        with self._changed:
            if self._ended:
                raise SystemExit
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def end(self, limit_s: float) -> bool:
        """Let no call begin any more; true when none was under way within the limit."""
        with self._changed:
            self._ended = True
            return self._changed.wait_for(lambda: not self._under_way, limit_s)


CALLS = Calls()
os.register_at_fork(after_in_child=CALLS.forget)
atexit.register(CALLS.end, LAST_CALLS_S)
