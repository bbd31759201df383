"""The embedded Kafka broker: librdkafka's own mock cluster, in memory, for trying out only.

Real clients reach it over TCP. It proves nothing about Kafka: it forgets everything when it ends,
keeps some megabytes per partition, and knows neither static membership nor administration.
"""

import ctypes
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import confluent_kafka

PRODUCER = 0
ONE_PARTITION = ONE_REPLICA = ONE_BROKER = 1
ERROR_SIZE = 512


class EmbeddedBroker:
    """One broker in this process, up for as long as the process lives.

    Raises
    ------
    RuntimeError
        When librdkafka refuses; with its reason.
    """

    def __init__(self) -> None:
        self._library = load_librdkafka()
        reason = ctypes.create_string_buffer(ERROR_SIZE)
        client = self._library.rd_kafka_new(PRODUCER, None, reason, ERROR_SIZE)
        if not client:
            raise RuntimeError(f"librdkafka makes no client: {reason.value.decode()}")
        self._cluster = self._library.rd_kafka_mock_cluster_new(client, ONE_BROKER)
        if not self._cluster:
            raise RuntimeError("librdkafka makes no mock cluster")

    @property
    def address(self) -> str:
        """Bootstrap address, on loopback."""
        text: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return text.decode()

    def make_topic(self, name: str) -> None:
        """Make a topic with one partition: by itself the broker would give it four."""
        code = self._library.rd_kafka_mock_topic_create(
            self._cluster, name.encode(), ONE_PARTITION, ONE_REPLICA
        )
        if code:
            raise RuntimeError(f"topic {name} cannot be made: librdkafka says {code}")


def load_librdkafka() -> ctypes.CDLL:
    """Return the librdkafka that came inside the wheel of confluent-kafka, with the types of what we call.

    Raises
    ------
    RuntimeError
        When confluent-kafka was not installed from a wheel.
    """
    beside = Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs"
    files = sorted(beside.glob("librdkafka*.so*"))
    if not files:
        raise RuntimeError(f"no librdkafka in {beside}: install confluent-kafka from its wheel")
    library = ctypes.CDLL(str(files[0]))
    library.rd_kafka_new.restype = ctypes.c_void_p
    library.rd_kafka_new.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    library.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]
    library.rd_kafka_mock_topic_create.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_int,
    ]
    return library


def serve(topics: Sequence[str]) -> None:
    """Make the topics, print the address, and stay until SIGTERM or Ctrl-C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    broker = EmbeddedBroker()
    for topic in topics:
        broker.make_topic(topic)
    sys.stdout.write(f"listening on {broker.address}\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    serve(sys.argv[1:])
