"""Notices that the group has forgotten this process, without an error from anybody.

Seen with librdkafka 2.16: a session that times out while the only broker is started again can end in a
client that never asks to join again. It has no partition, and waits for ever.
"""

import time
from collections.abc import Callable, Iterable

from confluent_kafka import Consumer, KafkaException

ANSWER_LIMIT_S = 0.5
SESSIONS = 3
"""A group settles within one session of its slowest member; longer than three is for ever."""


class GroupWatch:
    """Counts how long the group has owed an answer; used by the consumer's thread.

    Parameters
    ----------
    session_s
        Of the group, seconds.
    clock
        Monotonic, in seconds.
    """

    def __init__(self, session_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._session_s = session_s
        self._limit_s = SESSIONS * session_s
        self._clock = clock
        self._owed_since: float | None = None

    def asked(self) -> None:
        """Note that the group has to say what we read: we have subscribed, or lost what we had."""
        self._owed_since = self._clock()

    def answered(self) -> None:
        """Note that it has: partitions, or that others have them all."""
        self._owed_since = None

    def is_forgotten(self, consumer: Consumer, topics: Iterable[str]) -> bool:
        """Tell whether the group has owed an answer for too long, although brokers have one of the topics.

        Waits at most 0.5 s for them, once a session.
        """
        now = self._clock()
        if self._owed_since is None or now - self._owed_since < self._limit_s:
            return False
        self._owed_since = now - self._limit_s + self._session_s
        try:
            found = consumer.list_topics(timeout=ANSWER_LIMIT_S).topics
        except KafkaException:
            return False
        return any(topic in found for topic in topics)
