"""``scizoo check`` reads the topics back, since Kafka's defaults forget."""

import pytest

from consumers.topic_names import TopicNames
from consumers.topics import Topic
from scizoo.checks.topics import Cluster, judge

NAMES = TopicNames()
GOOD = {
    "cleanup.policy": "delete",
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": str(90 * 86_400_000),
    "unclean.leader.election.enable": "false",
}


def cluster(brokers=3, replication=3, **changes):
    config = {**GOOD, **changes}
    names = [NAMES.captures("demo"), NAMES.dead_letters("demo"), NAMES.receipts("demo")]
    return Cluster(False, brokers, {name: Topic(name, 1, replication, config) for name in names})


def only(found):
    (finding,) = judge("demo", NAMES, found)
    return finding


@pytest.mark.parametrize("found", [cluster(), cluster(**{"retention.ms": "-1"}), cluster(1, 1)])
def test_topics_that_keep_what_they_are_given_are_green(found):
    assert only(found).ok


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Cluster(False, 3, {}), "scizoo.demo.receipts: topic missing"),
        (cluster(**{"retention.ms": str(7 * 86_400_000)}), "forgets after 7 days"),
        (cluster(**{"cleanup.policy": "compact"}), "compaction deletes ends"),
        (cluster(**{"message.timestamp.type": "CreateTime"}), "clock of the beamline's hosts"),
        (cluster(**{"unclean.leader.election.enable": "true"}), "lacks acknowledged messages"),
        (cluster(replication=1), "1 replicas on 3 brokers"),
    ],
)
def test_topics_that_lose_are_red_with_the_cure(found, says):
    finding = only(found)
    assert not finding.ok and says in finding.finding and "scicow topics apply" in finding.cure


def test_the_embedded_broker_is_named_for_what_it_is():
    finding = only(Cluster(True, 1, {}))
    assert finding.ok and "for trying out only" in finding.finding
