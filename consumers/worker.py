"""The thread that works, so that the thread that polls never waits for a catalogue."""

import logging
import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_exponential,
    wait_random,
)

from consumers.buffer import Buffer
from consumers.delivery import Delivery
from consumers.errors import RetryableError
from consumers.gaps import Gap
from consumers.processor import Processor

BATCH = 500
BATCH_BYTES = 16_000_000
IDLE_S = 1.0
PAUSE_S = 0.5
REVISIT_S = 10.0
"""How often the waiting room is looked at, in seconds."""

Item = TypeVar("Item")

log = logging.getLogger("scicow")


class Worker:
    """Takes batches out of the buffer and finishes them, one after the other.

    Parameters
    ----------
    buffer, processor
        What is to be done, and by whom.
    stop
        Ends it.
    pause_s
        Before the first retry, in seconds; each further one lasts twice as long, at most 30 s.
    """

    def __init__(self, buffer: Buffer, processor: Processor, stop: Event, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._buffer = buffer
        self._processor = processor
        self._stop = stop
        self._finished: SimpleQueue[list[Delivery]] = SimpleQueue()
        self._failure: BaseException | None = None
        self._revisited = time.monotonic()
        self._thread = Thread(target=self._run, name="scicow-worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the batch in hand; return whether the thread has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def finished(self) -> list[Delivery]:
        """Return what has been finished since the last call; raise what ended the thread."""
        if self._failure is not None:
            raise self._failure
        done: list[Delivery] = []
        while not self._finished.empty():
            done += self._finished.get()
        return done

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._work_once()
        except RetryError:
            log.info("stopped while something was away: its messages will be delivered again")
        except BaseException as error:  # noqa: BLE001 - the edge of a thread: the main thread raises it
            self._failure = error

    def _work_once(self) -> None:
        deliveries, gaps = self._buffer.take(BATCH, BATCH_BYTES, IDLE_S)
        for gap in gaps:
            self._persist(self._ask_to_resend, gap)
        if deliveries:
            self._persist(self._processor.process, deliveries)
            self._finished.put(deliveries)
        if time.monotonic() - self._revisited >= REVISIT_S:
            self._revisit()

    def _persist(self, action: Callable[[Item], None], item: Item) -> None:
        """Do something until it succeeds; raises RetryError when the process is to stop meanwhile."""
        Retrying(
            retry=retry_if_exception_type(RetryableError),
            wait=wait_exponential(multiplier=self._pause_s, max=30) + wait_random(0, 2 * self._pause_s),
            sleep=sleep_using_event(self._stop),
            stop=stop_when_event_set(self._stop),
            before_sleep=_tell,
        )(action, item)

    def _ask_to_resend(self, gap: Gap) -> None:
        log.error("ALARM: %s has lost messages since %s: asking the spools to resend", gap.topic, gap.since)
        self._processor.receipts.ask_to_resend(gap)

    def _revisit(self) -> None:
        """Try what waits; while something is away it simply goes on waiting."""
        try:
            self._processor.office.forget_unknown()
            while due := self._processor.waiting_room.due():
                self._processor.process(due)
        except RetryableError as error:
            log.warning("the waiting room has to wait: %s", error)
        self._revisited = time.monotonic()


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("%s (try %d, again in %.1f s)", error, state.attempt_number, state.upcoming_sleep)
