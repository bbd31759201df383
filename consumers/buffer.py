"""Deliveries between the thread that polls and the thread that works, bounded by bytes."""

from collections import deque
from collections.abc import Iterable
from threading import Condition

from consumers.delivery import Delivery, Partition
from consumers.gaps import Gap

HIGH_BYTES = 64_000_000
LOW_BYTES = HIGH_BYTES // 10
"""Pausing throws away what librdkafka has fetched ahead, so the marks lie far apart."""


class Buffer:
    """A queue that hands out batches; safe between two threads."""

    def __init__(self) -> None:
        self._queue: deque[Delivery] = deque()
        self._gaps: list[Gap] = []
        self._bytes = 0
        self._changed = Condition()

    def put(self, delivery: Delivery) -> None:
        """Append a delivery."""
        with self._changed:
            self._queue.append(delivery)
            self._bytes += delivery.size
            self._changed.notify()

    def put_gap(self, gap: Gap) -> None:
        """Append a gap; it is handed out before any delivery that is put later."""
        with self._changed:
            self._gaps.append(gap)
            self._changed.notify()

    def take(self, most: int, most_bytes: int, timeout_s: float) -> tuple[list[Delivery], list[Gap]]:
        """Return the next deliveries and gaps, both empty when nothing comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._gaps, timeout_s)
            gaps, self._gaps = self._gaps, []
            return self._cut(most, most_bytes), gaps

    def drop(self, places: Iterable[Partition]) -> None:
        """Forget deliveries of partitions that are no longer ours."""
        gone = set(places)
        with self._changed:
            self._queue = deque(delivery for delivery in self._queue if delivery.place not in gone)
            self._bytes = sum(delivery.size for delivery in self._queue)

    @property
    def is_full(self) -> bool:
        """True above the upper mark: stop reading."""
        return self._bytes > HIGH_BYTES

    @property
    def is_low(self) -> bool:
        """True below the lower mark: read again."""
        return self._bytes < LOW_BYTES

    def _cut(self, most: int, most_bytes: int) -> list[Delivery]:
        batch: list[Delivery] = []
        while self._queue and len(batch) < most and most_bytes > 0:
            delivery = self._queue.popleft()
            most_bytes -= delivery.size
            self._bytes -= delivery.size
            batch.append(delivery)
        return batch
