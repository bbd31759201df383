"""What an administrator, or time, does to Kafka; and what Kafka says of groups and leaders."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from scizoo.services.kafka import KafkaBroker
from tests.waiting import wait_for

LIMIT_S = 60
QUIET = {"log_level": 0}
CAPTURES, RECEIPTS = "scizoo.demo.captures", "scizoo.demo.receipts"


class KafkaWords:
    """One cluster, asked anew each time.

    Parameters
    ----------
    address
        Bootstrap address.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    @property
    def admin(self) -> AdminClient:
        """A client that knows nothing of an earlier life of the brokers."""
        return AdminClient({"bootstrap.servers": self._address, **QUIET})

    def delete_topic(self, name: str) -> None:
        """Delete a topic, and wait until no broker knows it."""
        admin = self.admin  # must outlive the answer
        admin.delete_topics([name])[name].result(LIMIT_S)
        wait_for(lambda: name not in self.topics(), LIMIT_S, f"{name} gone")

    def empty_topic(self, name: str) -> None:
        """Let everything on a topic be older than its retention."""
        admin = self.admin  # must outlive the answer
        place = TopicPartition(name, 0, self.end_of(name))
        admin.delete_records([place])[place].result(LIMIT_S)

    def topics(self) -> set[str]:
        """Return the names of the topics; none while no broker answers."""
        try:
            return set(self.admin.list_topics(timeout=5).topics)
        except KafkaException:
            return set()

    def end_of(self, name: str) -> int:
        """Return the offset after a topic's last message."""
        with self._consumer("reader") as consumer:
            return int(consumer.get_watermark_offsets(TopicPartition(name, 0), timeout=LIMIT_S)[1])

    def has_finished(self, group: str) -> bool:
        """Tell whether a group has committed everything that is on the captures topic."""
        with self._consumer(group) as consumer:
            (place,) = consumer.committed([TopicPartition(CAPTURES, 0)], timeout=LIMIT_S)
        return int(place.offset) == self.end_of(CAPTURES)

    def members_of(self, group: str) -> dict[str, bool]:
        """Return the members of a consumer group, and whether each has the captures topic."""
        admin = self.admin  # must outlive the answer
        described = admin.describe_consumer_groups([group])[group].result(LIMIT_S)
        return {
            str(member.group_instance_id): bool(member.assignment.topic_partitions)
            for member in described.members
        }

    def leader_of(self, name: str) -> int:
        """Return the number of the broker that leads a topic; -1 while none does."""
        try:
            return int(self.admin.list_topics(name, timeout=5).topics[name].partitions[0].leader)
        except (KafkaException, KeyError):
            return -1

    @contextmanager
    def _consumer(self, group: str) -> Iterator[Consumer]:
        consumer = Consumer({"bootstrap.servers": self._address, "group.id": group, **QUIET})
        try:
            yield consumer
        finally:
            consumer.close()


def wipe(broker: KafkaBroker) -> None:
    """Throw away everything a stopped broker knows."""
    assert not broker.alive, "stop it first"
    shutil.rmtree(broker.folder.data(broker.name) / "data")
