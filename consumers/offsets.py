"""Which offset may be committed: only behind work that is finished without a gap.

Offsets have holes, so "without a gap" means that no delivered message before it is unfinished, not
that the numbers follow each other.
"""

from collections.abc import Iterable

from consumers.delivery import Delivery, Partition


class OpenOffsets:
    """Delivered and finished messages of the partitions this process reads."""

    def __init__(self) -> None:
        self._open: dict[Partition, dict[int, None]] = {}
        self._next: dict[Partition, int] = {}
        self._committed: dict[Partition, int] = {}

    def deliver(self, delivery: Delivery) -> None:
        """Note a message that has been handed over and is not finished."""
        self._open.setdefault(delivery.place, {})[delivery.offset] = None
        self._next[delivery.place] = delivery.offset + 1

    def finish(self, deliveries: Iterable[Delivery]) -> None:
        """Note finished messages; those of partitions that are no longer ours are left alone."""
        for delivery in deliveries:
            self._open.get(delivery.place, {}).pop(delivery.offset, None)

    def due(self) -> dict[Partition, int]:
        """Return the offset to commit, the next one to read, per partition where it has moved."""
        positions = {place: self._position(place) for place in self._next}
        return {
            place: offset for place, offset in positions.items() if offset > self._committed.get(place, -1)
        }

    def commit(self, positions: dict[Partition, int]) -> None:
        """Note what has been committed."""
        self._committed.update(positions)

    def drop(self, places: Iterable[Partition]) -> None:
        """Forget partitions: they have been taken from us, or are read anew."""
        for place in places:
            for table in (self._open, self._next, self._committed):
                table.pop(place, None)

    def _position(self, place: Partition) -> int:
        return next(iter(self._open[place]), self._next[place])
