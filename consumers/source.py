"""The loop around Kafka's consumer: what is read, from where, and when it is committed.

All calls on the consumer come from one thread, at least once a second. The traps this avoids are
listed in ``docs/decisions/0020``: a pause survives a re-assignment, pausing throws away what was fetched,
``auto.offset.reset`` may only be ``error``.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from threading import Thread
from typing import Any, ParamSpec

from confluent_kafka import (
    OFFSET_STORED,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from consumers.buffer import Buffer
from consumers.delivery import Delivery, Partition
from consumers.errors import FatalError
from consumers.gaps import GapWatch
from consumers.group_watch import GroupWatch
from consumers.offsets import OpenOffsets
from scifish.forwarding.log_watch import LogWatch

POLL_S = 0.5
LOOKUP_S = 10
CLOSE_S = 5.0
WITHDRAW_S = 0.5
COMMIT_EVERY_S = 1.0
MOST_PER_POLL = 500
NO_BROKER = frozenset({KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT})

P = ParamSpec("P")

log = logging.getLogger("scicow")


class Source:
    """Reads captures into a buffer and commits what is finished."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        topics: Sequence[str],
        buffer: Buffer,
        progress: Mapping[Partition, datetime],
    ) -> None:
        """Prepare to read.

        Parameters
        ----------
        settings
            Of librdkafka, from ``consumer_settings``.
        topics
            The ``captures`` topics, listed: a pattern would not see one that it may not describe.
        buffer
            Where deliveries go.
        progress
            Broker time of the last finished message per partition, as the state database knows it.
        """
        self._settings = settings
        self._session_s = float(settings["session.timeout.ms"]) / 1000
        self._may_be_fenced = False
        """Since the group last took a commit, the brokers were away, or we were."""
        self._polled_at = time.monotonic()
        self._watch = LogWatch()
        self._group = GroupWatch(self._session_s)
        self._life = 0
        """Counts our clients: one that is left still calls back, also from the thread that closes it."""
        self._consumer = self._new_consumer()
        self._topics = list(topics)
        self._buffer = buffer
        self._gaps = GapWatch(progress)
        self._offsets = OpenOffsets()
        self._cut: set[Partition] = set()
        """Partitions whose log no longer has the offset we are at."""
        self._paused = False
        self._committed_at = time.monotonic()

    def subscribe(self) -> None:
        """Join the group; partitions arrive during later polls."""
        self._consumer.subscribe(
            self._topics,
            on_assign=self._while_ours(self._on_assign),
            on_revoke=self._while_ours(self._on_revoke),
            on_lost=self._while_ours(self._on_lost),
        )
        self._group.asked()

    def poll(self, timeout_s: float = POLL_S) -> None:
        """Move what has arrived into the buffer; wait for it at most so long.

        Raises
        ------
        FatalError
            The group has fenced this process off, or the client has given up, and no outage explains it.
        """
        self._mind_the_marks()
        self._mind_the_time()
        for place in list(self._cut):
            self._begin_again(place)
        for _ in range(MOST_PER_POLL):
            message = self._poll_one(timeout_s)
            if message is None:
                break
            timeout_s = 0
            self._take(message)
        else:
            return
        if not self._paused and self._watch.is_astray(self._consumer):
            self._join_anew("nothing comes, although the log ends elsewhere: was the topic made again?")
        elif self._group.is_forgotten(self._consumer, self._topics):
            self._join_anew("it has not said for too long what is to be read here")

    def reading(self) -> set[str]:
        """Return the topics that the group has given to this process."""
        return {partition.topic for partition in self._consumer.assignment()}

    def finish(self, deliveries: Sequence[Delivery]) -> None:
        """Note finished work, and commit it when a second has passed."""
        self._offsets.finish(deliveries)
        self._gaps.finish(deliveries)
        if time.monotonic() - self._committed_at >= COMMIT_EVERY_S:
            self._commit(asynchronous=True)

    def close(self) -> None:
        """Commit what is finished and leave the group."""
        try:
            self._commit(asynchronous=False)
        finally:
            self._leave()

    def _new_consumer(self) -> Consumer:
        callbacks = {
            "error_cb": self._while_ours(self._on_error),
            "on_commit": self._while_ours(self._on_commit),
        }
        return Consumer({**self._settings, **callbacks}, logger=log)

    def _while_ours(self, callback: Callable[P, None]) -> Callable[P, None]:
        life = self._life

        def call(*args: P.args, **kwargs: P.kwargs) -> None:
            if life == self._life:
                callback(*args, **kwargs)

        return call

    def _leave(self) -> None:
        """Close the client; one in trouble may never finish that, and is left behind, unheard."""
        self._life += 1
        _withdraw(self._consumer, is_static="group.instance.id" in self._settings)
        leaving = Thread(target=self._consumer.close, name="scicow-leaving", daemon=True)
        leaving.start()
        leaving.join(CLOSE_S)

    def _poll_one(self, timeout_s: float) -> Message | None:
        try:
            return self._consumer.poll(timeout_s)
        except KafkaException as error:
            self._judge(error.args[0], None)
            return None

    def _take(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            self._judge(error, message)
            return
        delivery = _delivery(message)
        if (gap := self._gaps.first(delivery)) is not None:
            self._buffer.put_gap(gap)
        self._watch.stands_at(delivery.place, delivery.offset + 1)
        self._offsets.deliver(delivery)
        self._buffer.put(delivery)

    def _judge(self, error: KafkaError, message: Message | None) -> None:
        code = error.code()
        if code == KafkaError._FATAL or error.fatal():
            self._bear(error)
        elif code == KafkaError._AUTO_OFFSET_RESET and message is not None:
            self._cut.add((message.topic() or "", message.partition() or 0))
        elif code == KafkaError.UNKNOWN_TOPIC_OR_PART:
            log.warning("topic missing: %s. 'scicow topics apply' makes it", error.str())
        elif code != KafkaError._PARTITION_EOF:
            log.warning("Kafka: %s", error.str())

    def _bear(self, error: KafkaError) -> None:
        """Go on with a new client when an outage explains why the group has fenced off this one.

        A commit that waits until our session has run out is sent without our member id, and the group
        takes it for a second process of this instance.
        """
        if not self._may_be_fenced:
            raise FatalError(
                f"Kafka's client has given up: {error.str()}. Is another process of this instance on?"
            )
        self._join_anew(error.str())

    def _join_anew(self, why: str) -> None:
        """Go on with a client that knows nothing of the past."""
        log.warning("joins the group anew: %s", why)
        self._on_lost(self._consumer, self._consumer.assignment())
        self._leave()
        self._consumer, self._may_be_fenced = self._new_consumer(), False
        self.subscribe()

    def _mind_the_time(self) -> None:
        """Notice that this process was frozen for so long that its session may have run out."""
        now = time.monotonic()
        if now - self._polled_at >= self._session_s / 2:
            self._may_be_fenced = True
        self._polled_at = now

    def _mind_the_marks(self) -> None:
        if not self._paused and self._buffer.is_full:
            self._consumer.pause(self._consumer.assignment())
            self._paused = True
        elif self._paused and self._buffer.is_low:
            self._consumer.resume(self._consumer.assignment())
            self._paused = False

    def _commit(self, *, asynchronous: bool) -> None:
        self._committed_at = time.monotonic()
        due = self._offsets.due()
        if not due:
            return
        offsets = [TopicPartition(topic, number, offset) for (topic, number), offset in due.items()]
        try:
            if asynchronous:
                self._consumer.commit(offsets=offsets, asynchronous=True)
            else:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            self._offsets.commit(due)
        except KafkaException as error:
            # A rebalance is under way: whoever has the partition next reads these again.
            log.warning("offsets not committed: %s", error.args[0].str())

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._group.answered()
        starts = [self._start(partition) for partition in partitions]
        consumer.incremental_assign(starts)
        # A pause outlives its assignment: without this the beamline would be silently dead.
        consumer.resume(consumer.assignment())
        self._paused = False

    def _start(self, partition: TopicPartition) -> TopicPartition:
        place = (partition.topic, partition.partition)
        self._offsets.drop([place])
        try:
            committed = self._consumer.committed([partition], timeout=LOOKUP_S)[0].offset
            low, high = self._consumer.get_watermark_offsets(partition, timeout=LOOKUP_S)
        except KafkaException as error:
            log.warning("%s[%d]: no answer where to start: %s", *place, error.args[0].str())
            self._watch.stands_at(place, OFFSET_STORED)
            return TopicPartition(*place, OFFSET_STORED)
        if low <= committed <= high:
            log.info("reads %s[%d] from offset %d", *place, committed)
            self._watch.stands_at(place, committed)
            return TopicPartition(*place, committed)
        self._begin(place, low, high, certain=committed >= 0)
        return TopicPartition(*place, low)

    def _begin_again(self, place: Partition) -> None:
        """Read a partition from its beginning; what fails now is tried again at the next poll.

        Handed back and taken anew, since a seek fails on a partition whose fetching has stopped.
        """
        partition = TopicPartition(*place)
        try:
            low, high = self._consumer.get_watermark_offsets(partition, timeout=LOOKUP_S)
            self._consumer.incremental_unassign([partition])
            self._consumer.incremental_assign([TopicPartition(*place, low)])
        except KafkaException as error:
            log.warning("%s[%d]: the log has moved: %s", *place, error.args[0].str())
            return
        self._cut.discard(place)
        self._offsets.drop([place])
        self._begin(place, low, high, certain=self._gaps.knows(place))

    def _begin(self, place: Partition, low: int, high: int, *, certain: bool) -> None:
        log.info("reads %s[%d] from its beginning, offset %d", *place, low)
        self._watch.stands_at(place, low)
        gap = self._gaps.begin(place, empty=low == high, certain=certain)
        if gap is not None:
            self._buffer.put_gap(gap)

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._commit(asynchronous=False)
        self._on_lost(consumer, partitions)

    def _on_lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._group.asked()
        places = [(partition.topic, partition.partition) for partition in partitions]
        self._offsets.drop(places)
        self._buffer.drop(places)
        self._gaps.drop(places)
        self._watch.drop(places)
        self._cut.difference_update(places)

    def _on_error(self, error: KafkaError) -> None:
        log.warning("Kafka: %s", error.str())
        if error.code() in NO_BROKER:
            self._may_be_fenced = True

    def _on_commit(self, error: KafkaError | None, _: list[TopicPartition]) -> None:
        if error is None:
            self._may_be_fenced = False
        else:
            log.warning("offsets not committed: %s", error.str())


def _withdraw(consumer: Consumer, *, is_static: bool) -> None:
    """Take what the group still gives, so that nothing of it is left for ``close``.

    Partitions accepted while a client closes can stop the whole process for ever (decision 0091). A static
    member keeps its place in the group for its next process, as ``close`` alone would.
    """
    if not is_static:
        with suppress(KafkaException, RuntimeError):  # the group has fenced it off, or it is closed already
            consumer.unsubscribe()
    end = time.monotonic() + WITHDRAW_S
    while (left := end - time.monotonic()) > 0:
        try:
            consumer.poll(left)
        except KafkaException:  # what a fenced client is told: more may come
            continue
        except RuntimeError:
            return  # closed already


def _delivery(message: Message) -> Delivery:
    kind, milliseconds = message.timestamp()
    stamped = kind == TIMESTAMP_LOG_APPEND_TIME
    return Delivery(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.key(),
        message.value(),
        tuple((name, _bytes(value)) for name, value in message.headers() or ()),
        datetime.fromtimestamp(milliseconds / 1000, timezone.utc) if stamped else None,
    )


def _bytes(value: Any) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
