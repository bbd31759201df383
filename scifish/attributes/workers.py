"""A few daemon threads that call devices, and more of them as soon as some get stuck.

A call to a frozen device server blocks for 3 to 6 s whatever time-out is set, so a fixed number of
threads would let one sick server delay healthy devices. No executor: those are joined at the
interpreter's exit, and the process would outlive its SIGTERM by as long as the longest call.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import partial

from tango import EnsureOmniThread

from scifish.tango_calls import CALLS

log = logging.getLogger(__name__)

BASE = 4
"""Threads when nothing is stuck; more do not make reading faster (measured)."""
LARGEST = 64
"""Threads at most, however much is stuck."""
STUCK_PER_SERVER = 8
"""Calls at a time to one device server: more of them would wait for the same frozen process."""
PROGRESS_S = 0.01
"""Without any call begun or ended for this long while some wait, the number of threads doubles."""
IDLE_S = 10.0
"""A thread beyond the base ends after this long without work."""

Call = Callable[[], None]


class Workers:
    """Run calls in background threads, in order, at most ``STUCK_PER_SERVER`` at a time per server.

    A call should not raise: that is only logged. Threads are daemons, made when first needed, and
    never waited for.
    """

    def __init__(self) -> None:
        lock = threading.Lock()
        self._work_came, self._overseen = threading.Condition(lock), threading.Condition(lock)
        self._waiting: deque[tuple[str, Call]] = deque()
        self._running: Counter[str] = Counter()
        self._threads = 0
        self._moves = 0
        self._closed = False
        self._overseer: threading.Thread | None = None

    @property
    def threads(self) -> int:
        """Number of threads that call devices now."""
        return self._threads

    def submit(self, calls: Iterable[tuple[str, Call]]) -> None:
        """Queue calls, each with the name of the device server it goes to; returns at once."""
        with self._work_came:
            if self._closed:
                return
            self._waiting.extend(calls)
            if self._overseer is None:
                self._overseer = threading.Thread(target=self._oversee, name="scifish-overseer", daemon=True)
                self._overseer.start()
            self._grow(BASE - self._threads)
            self._work_came.notify(len(self._waiting))
            self._overseen.notify()

    def close(self) -> None:
        """Forget what is queued and let every thread end after its call; waits for nothing."""
        with self._work_came:
            self._closed = True
            self._waiting.clear()
            self._work_came.notify_all()
            self._overseen.notify()

    def _grow(self, number: int) -> None:
        for _ in range(min(number, LARGEST - self._threads)):
            name = f"scifish-worker-{self._threads + 1}"
            try:
                threading.Thread(target=self._work, name=name, daemon=True).start()
            except RuntimeError:
                return  # the system gives no more threads: those that are there must do
            self._threads += 1

    def _oversee(self) -> None:
        while not self._closed:
            with self._overseen:
                self._overseen.wait_for(lambda: self._closed or self._waiting)
                moves = self._moves
                # Calls that come meanwhile ring this bell as well, and say nothing of those before.
                self._overseen.wait_for(partial(self._has_moved_since, moves), PROGRESS_S)
                if moves == self._moves and any(self._is_eligible(server) for server, _ in self._waiting):
                    self._grow(self._threads)

    def _has_moved_since(self, moves: int) -> bool:
        return self._closed or moves != self._moves

    def _work(self) -> None:
        with EnsureOmniThread():
            while (taken := self._take()) is not None:
                server, call = taken
                try:
                    with CALLS.one():
                        call()
                except Exception:  # edge of the thread: without threads nothing would be read any more
                    log.exception("a call to a device of %s failed in our own code", server)
                self._put_back(server)

    def _take(self) -> tuple[str, Call] | None:
        """Return the next call that may begin; None when this thread is to end."""
        with self._work_came:
            while not self._closed:
                if (index := self._next()) is not None:
                    server, call = self._waiting[index]
                    del self._waiting[index]
                    self._running[server] += 1
                    self._moves += 1
                    return server, call
                if not self._work_came.wait(IDLE_S) and self._threads > BASE:
                    break
            self._threads -= 1
            return None

    def _next(self) -> int | None:
        for index, (server, _) in enumerate(self._waiting):
            if self._is_eligible(server):
                return index
        return None

    def _is_eligible(self, server: str) -> bool:
        return self._running[server] < STUCK_PER_SERVER

    def _put_back(self, server: str) -> None:
        with self._work_came:
            self._moves += 1
            self._running[server] -= 1
            if not self._running[server]:
                del self._running[server]
