"""Gaps: messages that the log had lost before this consumer finished them.

A gap is told by broker time, since offsets begin anew when a topic is made again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from consumers.delivery import Delivery, Partition


@dataclass(frozen=True)
class Gap:
    """Messages of a beamline that the log no longer has."""

    topic: str
    since: datetime | None
    """Broker time of the last message that was finished before the gap; none when not known."""
    until: datetime | None
    """Broker time of the first message after it; none when the log has nothing after it yet."""


class GapWatch:
    """Decides whether a partition that is read from its beginning had lost something before it."""

    def __init__(self, progress: Mapping[Partition, datetime]) -> None:
        """Start from the broker time of the last finished message per partition."""
        self._progress = dict(progress)
        self._suspected: dict[Partition, bool] = {}
        """Partitions read from their beginning: whether a gap before it is certain."""

    def knows(self, place: Partition) -> bool:
        """Tell whether anything of a partition has ever been finished."""
        return place in self._progress

    def finish(self, deliveries: Iterable[Delivery]) -> None:
        """Note finished messages."""
        for delivery in deliveries:
            if delivery.broker_time is not None:
                self._progress[delivery.place] = delivery.broker_time

    def begin(self, place: Partition, *, empty: bool, certain: bool) -> Gap | None:
        """Note that a partition is read from its beginning; return what is known to be lost already.

        Parameters
        ----------
        place
            Topic and number.
        empty
            Whether the log holds nothing: then a gap has no end yet. It is told at once, as the next
            message may be days away, and once more with its end when that message comes.
        certain
            Whether we were further on than where the log begins now.
        """
        if not certain and not self.knows(place):
            return None
        self._suspected[place] = certain
        return Gap(place[0], self._progress.get(place), None) if empty else None

    def first(self, delivery: Delivery) -> Gap | None:
        """Return the gap that ends with a delivery, none where there is none."""
        certain = self._suspected.pop(delivery.place, None)
        if certain is None:
            return None
        since, until = self._progress.get(delivery.place), delivery.broker_time
        behind = since is not None and until is not None and until > since
        return Gap(delivery.topic, since, until) if certain or behind else None

    def drop(self, places: Iterable[Partition]) -> None:
        """Suspect nothing of partitions that are no longer ours."""
        for place in places:
            self._suspected.pop(place, None)
