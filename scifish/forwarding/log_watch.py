"""Notices that a consumer of Kafka no longer reads its log, without an error from anybody.

A topic that is deleted and made again begins with leader epoch 0. A client that knows a greater one,
since its brokers were ever restarted, takes the new leader for an old one and waits for ever.
"""

import time
from collections.abc import Callable, Iterable, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

Place = tuple[str, int]
"""Topic and partition."""

PERIOD_S = 5.0
ANSWER_LIMIT_S = 0.5
OTHER_LEADER = frozenset({KafkaError.FENCED_LEADER_EPOCH, KafkaError.UNKNOWN_LEADER_EPOCH})


class LogWatch:
    """Compares where a consumer stands with where its logs end; used by the consumer's thread.

    Parameters
    ----------
    clock
        Monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: dict[Place, int] = {}
        self._suspected: dict[Place, int] = {}
        self._due = 0.0

    def stands_at(self, place: Place, offset: int) -> None:
        """Note the offset that is read next; a negative one when only the client knows it."""
        self._next[place] = offset

    def drop(self, places: Iterable[Place]) -> None:
        """Forget partitions that are no longer read."""
        for place in places:
            self._next.pop(place, None)
            self._suspected.pop(place, None)

    def is_astray(self, consumer: Consumer) -> bool:
        """Tell whether the consumer has stood still for a period although its log ends elsewhere.

        Call it when nothing has come; asks the brokers once a period and waits at most 0.5 s in all for
        brokers that do not answer, which proves nothing.
        """
        now = self._clock()
        if now < self._due:
            return False
        self._due = now + PERIOD_S
        before = self._suspected
        self._suspected = _ending_elsewhere(consumer, self._next)
        return any(before.get(place) == offset for place, offset in self._suspected.items())


def _ending_elsewhere(consumer: Consumer, stands: Mapping[Place, int]) -> dict[Place, int]:
    found = {}
    for place, offset in stands.items():
        try:
            marks = consumer.get_watermark_offsets(TopicPartition(*place), timeout=ANSWER_LIMIT_S)
        except KafkaException as error:
            if error.args[0].code() not in OTHER_LEADER:
                break
            found[place] = offset
        else:
            if marks is None:
                break
            begin, end = marks
            if end != offset and (offset >= 0 or begin < end):
                found[place] = offset
    return found
