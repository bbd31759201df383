"""Heartbeats: the beamline must be able to see that somebody reads its captures.

Told by the thread that polls, so that a consumer that hangs falls silent; only for beamlines whose
partition it holds, so that a second process in waiting does not speak for a dead one.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from confluent_kafka import KafkaError, KafkaException, Producer

from consumers.configuration import Configuration, SinkName
from consumers.topic_names import TopicNames
from scifish.heartbeat import PERIOD_S, Heartbeat

log = logging.getLogger("scicow")


class Heart:
    """Beats for one process; never waits for a broker, and a beat that is lost is not repeated."""

    def __init__(self, configuration: Configuration, sink: SinkName, clock: Callable[[], datetime]) -> None:
        self._configuration = configuration
        self._names = TopicNames(configuration.topic_prefix)
        self._sink = sink
        self._clock = clock
        self._beaten_s: dict[str, float] = {}
        self._producer = Producer(
            configuration.kafka.client()
            | {"acks": "all", "linger.ms": 0, "message.timeout.ms": int(PERIOD_S * 1000)}
        )

    def beat(self, topics: Iterable[str], now_s: float) -> None:
        """Tell, when it is time, that the captures on some topics are read (monotonic clock)."""
        due = [t for t in topics if now_s - self._beaten_s.get(t, float("-inf")) >= PERIOD_S]
        for topic in due:
            self._beaten_s[topic] = now_s
            self._send(self._names.beamline_of(topic))
        self._producer.poll(0)

    def _send(self, beamline: str) -> None:
        kafka = self._configuration.kafka
        beat = Heartbeat(
            sink=self._sink,
            group=self._configuration.group(self._sink),
            instance=kafka.instance,
            sinks=self._configuration.sinks_of(beamline),
            at=self._clock(),
        )
        try:
            self._producer.produce(self._names.receipts(beamline), beat.to_bytes(), on_delivery=_on_delivery)
        except (BufferError, KafkaException) as error:
            log.info("no heartbeat for %s: %s", beamline, error)


def _on_delivery(error: KafkaError | None, _: object) -> None:
    if error is not None:
        log.info("a heartbeat was not taken: %s", error.str())
