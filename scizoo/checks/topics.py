"""Say whether the topics are such that Kafka keeps what it acknowledges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from consumers.configuration import Topics
from consumers.topic_names import TopicNames
from consumers.topics import Difference, Topic, TopicAdmin, compare, topics_of
from scifish.forwarding.kafka_client import KafkaClient, is_embedded, read_kafka_options
from scifish.tango_database import properties_of
from scizoo.asking import ask, ask_all, reason
from scizoo.checks.finding import Finding, bad, good
from scizoo.devices import find_devices

LIMIT_S = 5.0
MORE_IS_AS_GOOD: tuple[str, ...] = ("retention.ms", "max.message.bytes", "min.insync.replicas")
APPLY = "on the consumer's host: scicow topics apply"


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
    """Say of each topic of a beamline whether it is as ``scicow topics apply`` makes it.

    Longer retention than wanted is as good; three replicas, two of them in sync, are wanted where
    there are brokers for them.
    """
    part = f"topics {beamline}"
    if cluster.embedded:
        yield good(part, "on the embedded broker, which keeps them in memory: for trying out only")
        return
    wanted = [as_good_as(topic, cluster) for topic in topics_of(beamline, names, _made_for(cluster))]
    differences = compare(wanted, dict(cluster.topics))
    if differences:
        yield bad(part, "; ".join(map(_in_words, differences)), APPLY)
    else:
        yield good(part, f"{len(wanted)} topics keep what they are given ({cluster.brokers} brokers)")


def as_good_as(wanted: Topic, cluster: Cluster) -> Topic:
    """Return what is wanted of a topic, with the settings that are already better than wanted."""
    found = cluster.topics.get(wanted.name)
    if found is None:
        return wanted
    better: dict[str, str] = {
        name: found.config[name]
        for name in MORE_IS_AS_GOOD
        if name in found.config and _at_least(found.config[name], wanted.config[name])
    }
    return replace(wanted, config={**wanted.config, **better})


def _at_least(found: str, wanted: str) -> bool:
    unlimited = "-1"
    return found == unlimited or (wanted != unlimited and int(found) >= int(wanted))


def _made_for(cluster: Cluster) -> Topics:
    replicas = min(Topics().replication, cluster.brokers)
    return Topics(replication=replicas, min_insync_replicas=min(Topics().min_insync_replicas, replicas))


def _in_words(difference: Difference) -> str:
    return f"{difference.wanted.name}: topic missing" if difference.missing else str(difference)


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
        if is_embedded(cluster_id):
            return Cluster(True, brokers, {})
        names = self.names
        wanted = [name(self.beamline) for name in (names.captures, names.dead_letters, names.receipts)]
        return Cluster(False, brokers, admin.find(wanted))


def _places(beamline: str | None) -> list[_Place]:
    found = {str(place): place for place in map(_place, find_devices(beamline)["SciFish"]) if place}
    return list(found.values())


def _place(device: str) -> _Place | None:
    stored = properties_of(device, ["Beamline", "KafkaBootstrap", "KafkaConfigFile", "TopicPrefix"])
    lines = {name: told[0] for name, told in stored.items() if told}
    if "Beamline" not in lines or "KafkaBootstrap" not in lines:
        return None
    file = lines.get("KafkaConfigFile")
    options = read_kafka_options(Path(file)) if file else {}
    names = TopicNames(lines.get("TopicPrefix", "scizoo"))
    return _Place(lines["Beamline"], names, KafkaClient(lines["KafkaBootstrap"], options))
