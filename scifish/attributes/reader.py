"""Reading the attributes of a selection, all devices at once, with one deadline for all.

The caller never touches a device: background threads do, one call per device at a time. What has
answered when the caller stops waiting is the snapshot; everything else is a failure with its
reason. A device that missed a deadline is tried again in the background, and no reading waits for
it until it has answered; what it answers in time is taken all the same.
"""

import contextlib
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from queue import Empty, SimpleQueue

from tango import EnsureOmniThread

from scifish.attributes.proxies import Device, SilentDeviceError
from scifish.attributes.reading import Reading, Snapshot
from scifish.attributes.workers import Workers
from scifish.selection import Selection

__all__ = ["Reading", "Snapshot", "SnapshotReader"]

REPAIR_S = 0.5
"""Silent devices are looked through this often."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
"""A silent device is tried again after 1, 2, 4 … s, at most this."""
FORGET_S = 3600.0
"""A device that nobody has read for this long is forgotten."""
LARGEST_QUEUE = 8
"""Readings that one device may owe an answer to; the oldest gives up first."""


class _Link:
    """A device, who waits for it, and since when it has been silent. Guarded by the reader's lock."""

    def __init__(self, name: str) -> None:
        self.device = Device(name)
        self.attributes: dict[str, None] = {}
        self.queue: list[weakref.ref[Reading]] = []
        self.owed: list[weakref.ref[Reading]] = []
        """What the call under way answers."""
        self.busy = False
        self.used_at = time.monotonic()
        self.silent_since: float | None = None
        self.pause_s = FIRST_PAUSE_S
        self.retry_at = float("inf")

    def ask(self, reading: Reading) -> None:
        """Owe a reading an answer; it need not wait for a silent device."""
        self.queue = [*self.queue[1 - LARGEST_QUEUE :], weakref.ref(reading)]
        if self.silent_since is not None:
            span = time.monotonic() - self.silent_since
            reading.do_not_wait_for(self.device.name, f"not waited for: has not answered for {span:.1f} s")

    def take_queue(self) -> None:
        """Let the call that begins answer all who wait."""
        self.owed, self.queue = [*self.owed, *self.queue], []

    def readings(self) -> list[Reading]:
        """Return those whom the call under way answers, as far as anybody still holds them."""
        return [reading for ref in self.owed if (reading := ref()) is not None]

    def be_silent(self) -> None:
        """Note that the device did not answer, and when to try again."""
        now = time.monotonic()
        if self.silent_since is None:
            self.silent_since, self.pause_s = now, FIRST_PAUSE_S
        self.retry_at = now + self.pause_s
        self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)

    def has_answered(self) -> None:
        """Note that the device may be waited for again."""
        self.silent_since, self.retry_at = None, float("inf")


class SnapshotReader:
    """Reads selections; one per process.

    The caller's thread only puts what it wants into a queue: Sardana may interrupt it anywhere.
    Threads: those of ``Workers``, and one that hands them the devices to call. All are daemons
    inside ``tango.EnsureOmniThread``; none is ever joined.

    Parameters
    ----------
    array_limit
        Elements of the longest array that is told in full.
    call_limit_s
        Longest call to a device, s: one that needs longer is never read. While a call lasts, a
        MacroServer does not end at SIGTERM.
    """

    def __init__(self, array_limit: int = 4096, call_limit_s: float = 3.0) -> None:
        self.array_limit, self.call_limit_s = array_limit, call_limit_s
        self._workers = Workers()
        self._links: dict[str, _Link] = {}
        self._lock = threading.Lock()
        self._wishes: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._closed = False
        threading.Thread(target=self._dispatch, name="scifish-dispatcher", daemon=True).start()

    def prepare(self, selection: Selection) -> None:
        """Make proxies and ask for units in the background; returns at once."""
        self._wishes.put(partial(self._prepare, selection))

    def begin(self, selection: Selection) -> Reading:
        """Start to read; returns at once."""
        reading = Reading(selection, self.array_limit, self._gave_up)
        if self._closed:
            for name in reading.devices:
                reading.fail(name, "not read: this program is ending")
        else:
            self._wishes.put(partial(self._begin, reading))
        return reading

    @property
    def silent(self) -> frozenset[str]:
        """Devices that missed a deadline and have not answered since: no reading waits for them."""
        with self._lock:
            return frozenset(name for name, link in self._links.items() if link.silent_since is not None)

    def close(self) -> None:
        """Stop reading; waits for nothing, least of all for a stuck device."""
        self._closed = True
        self._workers.close()
        self._wishes.put(lambda: None)

    def _dispatch(self) -> None:
        repair_at = 0.0
        with EnsureOmniThread():
            while not self._closed:
                self._grant_next()
                if (now := time.monotonic()) >= repair_at:
                    repair_at = now + REPAIR_S
                    with self._lock:
                        self._repair(now)

    def _grant_next(self) -> None:
        """Do the next thing that is wished, in a frame of its own: no reading is held any longer."""
        with contextlib.suppress(Empty):
            wish = self._wishes.get(timeout=REPAIR_S)
            with self._lock:
                wish()

    def _prepare(self, selection: Selection) -> None:
        devices = selection.by_device().items()
        self._visit([self._link(name, [entry.attribute for entry in entries]) for name, entries in devices])

    def _begin(self, reading: Reading) -> None:
        links = [self._link(name, reading.attributes(name)) for name in reading.devices]
        for link in links:
            link.ask(reading)
        self._visit(links)

    def _gave_up(self, devices: Iterable[str]) -> None:
        self._wishes.put(partial(self._blame, devices))

    def _blame(self, devices: Iterable[str]) -> None:
        for name in devices:
            if (link := self._links.get(name)) and link.busy:
                link.be_silent()

    def _repair(self, now: float) -> None:
        """Try silent devices again, and forget those that nobody has read for long."""
        self._visit([link for link in self._links.values() if link.retry_at <= now])
        for name, link in list(self._links.items()):
            if now - link.used_at > FORGET_S and not link.busy:
                del self._links[name]

    def _link(self, name: str, attributes: list[str]) -> _Link:
        link = self._links.get(name)
        if link is None:
            link = self._links[name] = _Link(name)
        link.attributes.update(dict.fromkeys(attributes))
        link.used_at = time.monotonic()
        return link

    def _visit(self, links: Iterable[_Link]) -> None:
        """Queue a call to each device that none is under way to; the lock is held."""
        idle = [link for link in links if not link.busy]
        for link in idle:
            link.busy = True
        self._submit(idle)

    def _submit(self, links: list[_Link]) -> None:
        self._workers.submit([(link.device.server, partial(self._call, link)) for link in links])

    def _call(self, link: _Link) -> None:
        """Answer who waits for a device; which server it belongs to is found out first."""
        with self._lock:
            link.take_queue()
        try:
            if not link.device.server:
                link.device.find_server()
                self._submit([link])
                return
            self._read(link)
        except SilentDeviceError as error:
            self._fail(link, str(error))
        except Exception as error:  # noqa: BLE001 - edge of a thread: the readings must get a reason
            self._fail(link, f"{type(error).__name__}: {error}")
        with self._lock:
            link.owed, link.busy = [], False
            if link.queue:
                self._visit([link])

    def _read(self, link: _Link) -> None:
        name, readings = link.device.name, link.readings()
        wanted = dict.fromkeys(attribute for one in readings for attribute in one.attributes(name))
        answers = link.device.read(list(wanted or link.attributes), self.call_limit_s)
        with self._lock:
            link.has_answered()
        for one in readings:
            one.deliver(link.device, answers)

    def _fail(self, link: _Link, reason: str) -> None:
        with self._lock:
            if link.silent_since is not None:  # one that fails at once costs no reading time: not blamed
                link.be_silent()
        for one in link.readings():
            one.fail(link.device.name, reason)
