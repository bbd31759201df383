"""The forwarder: carries every row of every spool to Kafka, and the catalogue's answers back.

One thread does everything, step by step, so that any moment is a good one to be killed in.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from queue import Empty, SimpleQueue

from scifish.closing.closer import Closer
from scifish.closing.rules import Verdict
from scifish.errors import SettingsError
from scifish.forwarding.post import Post
from scifish.forwarding.settings import ForwarderSettings
from scifish.forwarding.status import ForwarderStatus, measure
from scifish.ledger.broker_clock import BrokerClock
from scifish.ledger.ledger import Ledger
from scifish.ledger.removal import allow_removal, keep_if_not_final, stamp_final
from scifish.ledger.spool_watch import SpoolWatch
from scifish.settling.completion import Completion
from scifish.settling.settler import Settler
from scifish.spool.producer_lock import ProducerLock, take_over
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder

log = logging.getLogger(__name__)

TICK_S = 0.02
LOOK_PERIOD_S = 1.0
STOP_LIMIT_S = 3.0


class Forwarder:
    """Follows one state folder; made by anybody, started once, stopped once.

    Parameters
    ----------
    folder
        State folder of the capture host.
    spool
        SciFish's own, in which it closes what nobody ended.
    settings
        Beamline, Kafka, spans.

    Attributes
    ----------
    status
        Its numbers, at most a second old.

    Raises
    ------
    SettingsError
        Another process forwards this state folder, or its ledger cannot be written.
    """

    def __init__(self, folder: StateFolder, spool: Spool, settings: ForwarderSettings) -> None:
        self.status = ForwarderStatus()
        self._settings = settings
        self._lock = _be_the_only_one(folder)
        self._ledger = _open_ledger(folder, self._lock)
        self._watch = SpoolWatch(folder, self._ledger)
        self._closer = Closer(self._ledger, self._watch, spool.commit, settings.author)
        self._settler = Settler(
            self._ledger,
            self._watch,
            spool.commit,
            own=spool.uuid,
            author=settings.author,
            completion=Completion(settings.file_wait_s),
        )
        self._clock = BrokerClock(self._ledger.fact("broker_ms"), time.monotonic())
        self._post = Post(settings, self._ledger, self._watch, self._clock) if settings.kafka else None
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scifish-forwarder", daemon=True)
        self._trouble: str | None = None
        self._due = dict.fromkeys(("look", "remove"), 0.0)

    def start(self) -> None:
        """Begin to forward, in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop within a moment; what is not acknowledged by then is sent again next time."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_LIMIT_S)

    def resend(self, pid: str) -> None:
        """Have everything of a capture sent again, in a moment."""
        self._orders.put(lambda: self._send_again(pid))

    def close_capture(self, pid: str, verdict: Verdict) -> None:
        """Have a capture closed, in a moment, unless its producer has ended it by then."""
        self._orders.put(lambda: self._close(pid, verdict))

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._step_safely()
        finally:
            self._shut_down()

    def _step_safely(self) -> None:
        """Do one step; whatever goes wrong is told, and tried again."""
        try:
            self._step()
            self._trouble = None
        except Exception as error:  # edge of the thread: it must live, and the trouble be seen
            trouble = f"{type(error).__name__}: {error}"
            if trouble != self._trouble:
                log.exception("the forwarder goes on after an error")
            self._trouble = trouble
            self._stopping.wait(LOOK_PERIOD_S)

    def _step(self) -> None:
        looked = self._is_due("look", LOOK_PERIOD_S)
        if looked:
            self._watch.look_for_spools()
        complete = self._watch.note_new_rows()
        if complete:
            self._carry_out_orders()
        if complete and looked:
            self._end_what_nobody_ends()
        if self._is_due("remove", self._settings.remove_period_s):
            self._remove()
        if looked:
            self._tell()
        wait_s = TICK_S if complete or self._watch.held_up else 0
        if self._post:
            self._post.step(wait_s)
        else:
            self._stopping.wait(wait_s)

    def _end_what_nobody_ends(self) -> None:
        if self._closer.close_orphans():
            self._watch.note_new_rows()
        self._settler.settle()

    def _carry_out_orders(self) -> None:
        while True:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            order()

    def _send_again(self, pid: str) -> None:
        with self._ledger.transaction():
            self._ledger.send_capture_again(pid)

    def _close(self, pid: str, verdict: Verdict) -> None:
        if self._closer.close(pid, verdict, datetime.now(timezone.utc)):
            self._watch.note_new_rows()

    def _remove(self) -> None:
        now_ms = self._clock.now_ms(time.monotonic())
        with self._ledger.transaction():
            self._ledger.keep_fact("broker_ms", now_ms)
            keep_if_not_final(self._ledger)
            if self._clock.known:
                stamp_final(self._ledger, now_ms)
                allow_removal(self._ledger, now_ms - int(self._settings.keep_s * 1000))
        self._watch.remove_finished()
        self._watch.clear_remains()

    def _tell(self) -> None:
        trouble = self._trouble or (self._post.trouble if self._post else "no Kafka is configured")
        status = measure(self._ledger, trouble, self._watch.damaged)
        if self._post:
            status = replace(status, broker=self._post.broker, consumers=tuple(self._post.consumers))
        self.status = status

    def _is_due(self, what: str, period_s: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + period_s
        return True

    def _shut_down(self) -> None:
        if self._post:
            self._post.close()
        self._watch.close()
        self._ledger.close()
        self._lock.release()


def _be_the_only_one(folder: StateFolder) -> ProducerLock:
    try:
        lock = take_over(folder.path / "forwarder.lock")
    except OSError as error:
        raise SettingsError(f"{folder.path / 'forwarder.lock'} cannot be opened: {error.strerror}") from None
    if lock is None:
        raise SettingsError(f"another SciFish forwards {folder.path}: each capture host has one")
    return lock


def _open_ledger(folder: StateFolder, lock: ProducerLock) -> Ledger:
    """Open the ledger; a damaged one is put aside and made anew from the spools."""
    path = folder.forwarder_db
    try:
        return Ledger(path)
    except sqlite3.OperationalError as error:
        lock.release()
        raise SettingsError(f"{path} cannot be written: {error}") from None
    except sqlite3.DatabaseError as error:
        aside = path.with_name(f"forwarder-damaged-{time.time_ns()}.db")
        log.error("%s is damaged (%s): put aside as %s and made anew", path, error, aside.name)
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return Ledger(path)
