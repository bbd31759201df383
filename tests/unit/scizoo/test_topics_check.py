"""``scizoo check`` reads the topics back, since Kafka's defaults forget."""

from dataclasses import replace

import pytest

from consumers.configuration import Topics
from consumers.topic_names import TopicNames
from consumers.topics import topics_of
from scizoo.checks.topics import Cluster, judge

NAMES = TopicNames()
MADE = Topics()
CAPTURES = NAMES.captures("demo")


def cluster(brokers=3, made=MADE, topic=CAPTURES, **changes):
    """A cluster with the topics as they are made, but for changes of one of them."""
    topics = {item.name: item for item in topics_of("demo", NAMES, made)}
    config = {**topics[topic].config, **changes.pop("config", {})}
    topics[topic] = replace(topics[topic], config=config, **changes)
    return Cluster(False, brokers, topics)


def only(found):
    (finding,) = judge("demo", NAMES, found)
    return finding


@pytest.mark.parametrize(
    "found",
    [
        cluster(),
        cluster(config={"retention.ms": "-1", "max.message.bytes": "2000000"}),
        cluster(1, Topics(replication=1, min_insync_replicas=1)),
        cluster(5, Topics(replication=5, min_insync_replicas=3)),
    ],
)
def test_topics_that_keep_what_they_are_given_are_green(found):
    assert only(found).ok


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Cluster(False, 3, {}), "scizoo.demo.receipts: topic missing"),
        (cluster(config={"retention.ms": str(7 * 86_400_000)}), "set retention.ms"),
        (cluster(config={"retention.bytes": "1000"}), "set retention.bytes=-1"),
        (cluster(config={"cleanup.policy": "compact"}), "set cleanup.policy=delete"),
        (cluster(config={"message.timestamp.type": "CreateTime"}), "set message.timestamp.type"),
        (cluster(config={"unclean.leader.election.enable": "true"}), "unclean.leader.election"),
        (cluster(config={"min.insync.replicas": "1"}), "set min.insync.replicas=2"),
        (cluster(config={"max.message.bytes": "1000"}), "set max.message.bytes"),
        (cluster(topic=NAMES.dead_letters("demo"), config={"retention.ms": "86400000"}), "retention.ms=-1"),
        (cluster(replication=1), "has 1 replicas, wanted 3"),
    ],
)
def test_topics_that_lose_are_red_with_the_cure(found, says):
    finding = only(found)
    assert not finding.ok and says in finding.finding and "scicow topics apply" in finding.cure


def test_the_embedded_broker_is_named_for_what_it_is():
    finding = only(Cluster(True, 1, {}))
    assert finding.ok and "for trying out only" in finding.finding
