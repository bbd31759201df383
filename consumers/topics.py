"""The topics as they should be, compared with the broker's, made and corrected.

Never by a producer: a topic that nobody made comes with one replica and seven days.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from consumers.configuration import Configuration, Topics
from consumers.errors import ConsumerError
from consumers.topic_names import TopicNames
from scifish.forwarding.last_word import LastWord

ADMIN_TIMEOUT_S = 15
MESSAGE_BYTES = 1_048_588
"""Kafka's own default: a message of ours has at most 900 kB plus its envelope."""
DAY_MS = 86_400_000


class TopicsError(ConsumerError):
    """The broker refused or did not answer; the text says what was asked of it."""


@dataclass(frozen=True)
class Topic:
    """A topic, wanted or found."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


@dataclass(frozen=True)
class Difference:
    """What is to do for one topic."""

    wanted: Topic
    missing: bool = False
    config: dict[str, str] = field(default_factory=dict)
    """Settings to change: name to wanted value."""
    findings: tuple[str, ...] = ()
    """What this command cannot change, for people."""

    def __str__(self) -> str:
        """Return it as one line for people."""
        if self.missing:
            return f"{self.wanted.name}: make"
        settings = [f"set {name}={value}" for name, value in sorted(self.config.items())]
        return f"{self.wanted.name}: {'; '.join([*settings, *self.findings])}"


def wanted_topics(configuration: Configuration) -> list[Topic]:
    """Return the three topics of each listed beamline as they should be."""
    names = TopicNames(configuration.topic_prefix)
    return [
        topic
        for entry in configuration.beamlines
        for topic in topics_of(entry.name, names, configuration.topics)
    ]


def topics_of(beamline: str, names: TopicNames, made: Topics) -> list[Topic]:
    """Return the three topics of one beamline as they should be."""
    retention_ms = made.retention_days * DAY_MS
    return [
        _topic(names.captures(beamline), made, retention_ms, MESSAGE_BYTES),
        _topic(names.dead_letters(beamline), made, -1, 2 * MESSAGE_BYTES),
        _topic(names.receipts(beamline), made, retention_ms, MESSAGE_BYTES),
    ]


def _topic(name: str, made: Topics, retention_ms: int, message_bytes: int) -> Topic:
    config = {
        "cleanup.policy": "delete",
        "max.message.bytes": str(message_bytes),
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": str(made.min_insync_replicas),
        "retention.bytes": "-1",
        "retention.ms": str(retention_ms),
        "unclean.leader.election.enable": "false",
    }
    return Topic(name, 1, made.replication, config)


def compare(wanted: Iterable[Topic], found: dict[str, Topic]) -> list[Difference]:
    """Return what is to do, nothing for a topic that is as it should be."""
    differences = []
    for topic in wanted:
        there = found.get(topic.name)
        difference = Difference(topic, missing=True) if there is None else _difference(topic, there)
        if difference.missing or difference.config or difference.findings:
            differences.append(difference)
    return differences


def _difference(wanted: Topic, found: Topic) -> Difference:
    config = {name: value for name, value in wanted.config.items() if found.config.get(name) != value}
    findings = []
    if found.replication < wanted.replication:
        findings.append(
            f"has {found.replication} replicas, wanted {wanted.replication}: ask the brokers' staff"
        )
    if found.partitions < wanted.partitions:
        findings.append(f"has {found.partitions} partitions, wanted {wanted.partitions}")
    return Difference(wanted, config=config, findings=tuple(findings))


class TopicAdmin:
    """The broker's side of it; every call ends within ``ADMIN_TIMEOUT_S`` seconds."""

    def __init__(self, client: Mapping[str, object]) -> None:
        settings = {name: value for name, value in client.items() if name != "allow.auto.create.topics"}
        self._last_word = LastWord()
        self._admin = AdminClient({**settings, "error_cb": self._last_word.hear})

    def cluster(self) -> tuple[str, int]:
        """Return the cluster's id and its number of brokers; raises TopicsError."""
        try:
            found = self._admin.list_topics(timeout=ADMIN_TIMEOUT_S)
        except KafkaException as error:
            raise TopicsError(f"no broker answers: {self._why(error)}") from None
        return found.cluster_id or "", len(found.brokers)

    def find(self, names: list[str]) -> dict[str, Topic]:
        """Return those of the topics that are there; raises TopicsError."""
        try:
            known = self._admin.list_topics(timeout=ADMIN_TIMEOUT_S).topics
            listed = [name for name in names if name in known and known[name].error is None]
            resources = [ConfigResource(ResourceType.TOPIC, name) for name in listed]
            asked = self._admin.describe_configs(resources, request_timeout=ADMIN_TIMEOUT_S) if listed else {}
            settings = {resource.name: _described(future) for resource, future in asked.items()}
        except KafkaException as error:
            raise TopicsError(f"the broker did not describe its topics: {self._why(error)}") from None
        return {
            name: Topic(
                name,
                len(known[name].partitions),
                min((len(part.replicas) for part in known[name].partitions.values()), default=0),
                {entry: value.value for entry, value in config.items()},
            )
            for name, config in settings.items()
            if config is not None
        }

    def apply(self, differences: list[Difference]) -> None:
        """Make what is missing and set what differs; raises TopicsError with the topic's name."""
        missing = [item.wanted for item in differences if item.missing]
        changed = [item for item in differences if item.config]
        if missing:
            new = [NewTopic(t.name, t.partitions, t.replication, config=t.config) for t in missing]
            self._finish(self._admin.create_topics(new, operation_timeout=ADMIN_TIMEOUT_S), "make")
            self._wait_for([topic.name for topic in missing])
        if changed:
            resources = [_alteration(item) for item in changed]
            self._finish(self._admin.incremental_alter_configs(resources), "set")

    def _why(self, error: KafkaException) -> str:
        return self._last_word.explain(self._admin, error.args[0])

    def _wait_for(self, names: list[str]) -> None:
        """Return when every broker client can see the topics: some moments after they were made."""
        known = retry(
            retry=retry_if_result(lambda found: len(found) < len(names)),
            wait=wait_fixed(0.1),
            stop=stop_after_delay(ADMIN_TIMEOUT_S),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else {},
        )(self.find)(names)
        if unseen := sorted(set(names) - set(known)):
            raise TopicsError(f"made, but not seen within {ADMIN_TIMEOUT_S} s: {', '.join(unseen)}")

    @staticmethod
    def _finish(futures: dict[object, object], what: str) -> None:
        for resource, future in futures.items():
            try:
                future.result(ADMIN_TIMEOUT_S)  # type: ignore[attr-defined]
            except KafkaException as error:
                name = getattr(resource, "name", resource)
                raise TopicsError(f"the broker did not {what} topic {name}: {error.args[0].str()}") from None


def _described(future: "Future[dict[str, ConfigEntry]]") -> dict[str, ConfigEntry] | None:
    """Return a topic's settings; None while the broker that was asked has not heard of the topic yet."""
    try:
        return future.result()
    except KafkaException as error:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise
        return None


def _alteration(difference: Difference) -> ConfigResource:
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in difference.config.items()
    ]
    return ConfigResource(ResourceType.TOPIC, difference.wanted.name, incremental_configs=entries)
