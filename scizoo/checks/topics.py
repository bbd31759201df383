"""Say whether the topics are such that Kafka keeps what it acknowledges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import tango

from consumers.topic_names import TopicNames
from consumers.topics import Topic, TopicAdmin
from scifish.kafka_client import KafkaClient, read_kafka_options
from scizoo.asking import ask, ask_all, reason
from scizoo.checks.finding import Finding, bad, good
from scizoo.devices import find_devices

LIMIT_S = 5.0
MOCK = "mockCluster"
APPLY = "on the consumer's host: scicow topics apply"
DAY_MS = 86_400_000
SHORTEST_RETENTION_MS = 90 * DAY_MS
REPLICAS = 3


@dataclass(frozen=True)
class Cluster:
    """What a Kafka says of itself and of a beamline's topics."""

    embedded: bool
    brokers: int
    topics: Mapping[str, Topic]


def check_topics(beamline: str | None = None) -> Iterator[Finding]:
    """Read back the topics of every beamline that a SciFish sends to."""
    try:
        places = ask(lambda: _places(beamline), LIMIT_S)
    except Exception:  # noqa: BLE001 - whatever keeps the database silent is told by the device check
        return
    answers = ask_all({str(place): place.read for place in places}, LIMIT_S)
    for place in places:
        answer = answers[str(place)]
        if isinstance(answer, Exception):
            cure = "start Kafka, or correct KafkaBootstrap of SciFish; captures wait on disk meanwhile"
            yield bad(f"topics {place.beamline}", f"{place.client.bootstrap}: {reason(answer)}", cure)
        else:
            yield from judge(place.beamline, place.names, answer)


def judge(beamline: str, names: TopicNames, cluster: Cluster) -> Iterator[Finding]:
    """Say of each topic of a beamline whether it keeps what it is given.

    The numbers are those of the design: 90 days, three replicas where there are brokers for them,
    and time stamps of the broker, since messages with a host's old stamp are deleted within seconds.
    """
    part = f"topics {beamline}"
    if cluster.embedded:
        yield good(part, "on the embedded broker, which keeps them in memory: for trying out only")
        return
    wanted = (names.captures(beamline), names.dead_letters(beamline), names.receipts(beamline))
    wrong = [f"{name}: {what}" for name in wanted for what in _faults(cluster, name)]
    if wrong:
        yield bad(part, "; ".join(wrong), APPLY)
    else:
        yield good(part, f"{len(wanted)} topics keep what they are given ({cluster.brokers} brokers)")


def _faults(cluster: Cluster, name: str) -> Iterator[str]:
    topic = cluster.topics.get(name)
    if topic is None:
        yield "topic missing"
        return
    retention = int(topic.config.get("retention.ms", "0"))
    if 0 <= retention < SHORTEST_RETENTION_MS:
        yield f"forgets after {retention / DAY_MS:.3g} days"
    if topic.config.get("cleanup.policy") != "delete":
        yield f"cleanup.policy is {topic.config.get('cleanup.policy')}: compaction deletes ends"
    if topic.config.get("message.timestamp.type") != "LogAppendTime":
        yield "keeps the clock of the beamline's hosts instead of its own"
    if topic.config.get("unclean.leader.election.enable") == "true":
        yield "may elect a leader that lacks acknowledged messages"
    if topic.replication < min(REPLICAS, cluster.brokers):
        yield f"has {topic.replication} replicas on {cluster.brokers} brokers"


@dataclass(frozen=True)
class _Place:
    beamline: str
    names: TopicNames
    client: KafkaClient

    def __str__(self) -> str:
        return f"{self.beamline} {self.client.bootstrap} {self.names.prefix}"

    def read(self) -> Cluster:
        """Ask the brokers; the embedded one has no admin calls and is not asked for settings."""
        admin = TopicAdmin(self.client.settings())
        cluster_id, brokers = admin.cluster()
        if cluster_id.startswith(MOCK):
            return Cluster(True, brokers, {})
        names = self.names
        wanted = [name(self.beamline) for name in (names.captures, names.dead_letters, names.receipts)]
        return Cluster(False, brokers, admin.find(wanted))


def _places(beamline: str | None) -> list[_Place]:
    database = tango.Database()
    found = {
        str(place): place for place in map(_place_of(database), find_devices(beamline)["SciFish"]) if place
    }
    return list(found.values())


def _place_of(database: tango.Database):  # type: ignore[no-untyped-def]
    wanted = ["Beamline", "KafkaBootstrap", "KafkaConfigFile", "TopicPrefix"]

    def place(device: str) -> _Place | None:
        stored = database.get_device_property(device, wanted)
        lines = {name: stored[name][0] for name in wanted if stored[name]}
        if "Beamline" not in lines or "KafkaBootstrap" not in lines:
            return None
        file = lines.get("KafkaConfigFile")
        options = read_kafka_options(Path(file)) if file else {}
        names = TopicNames(lines.get("TopicPrefix", "scizoo"))
        return _Place(lines["Beamline"], names, KafkaClient(lines["KafkaBootstrap"], options))

    return place
