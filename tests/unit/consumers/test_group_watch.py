"""A process that its group has forgotten finds that out by itself."""

from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException

from consumers.group_watch import SESSIONS, GroupWatch

TOPIC = "scizoo.demo.captures"
SESSION_S = 6.0
LONG_S = SESSIONS * SESSION_S


class Brokers:
    """Know some topics, or do not answer."""

    def __init__(self, *topics: str, answer: bool = True) -> None:
        self.topics, self.answer = topics, answer

    def list_topics(self, timeout: float) -> SimpleNamespace:
        if not self.answer:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        return SimpleNamespace(topics=dict.fromkeys(self.topics))


class Group:
    """A watch, and the time that goes by."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.watch = GroupWatch(SESSION_S, lambda: self.now)

    def is_forgotten_after(self, seconds: float, brokers: Brokers) -> bool:
        self.now += seconds
        return self.watch.is_forgotten(brokers, [TOPIC])


WELL = Brokers(TOPIC, "scizoo.demo.receipts")


@pytest.fixture
def group() -> Group:
    return Group()


def test_a_group_that_never_answers_has_forgotten(group: Group) -> None:
    group.watch.asked()
    assert not group.is_forgotten_after(LONG_S - 1, WELL)
    assert group.is_forgotten_after(1, WELL)


def test_a_group_that_has_answered_owes_nothing(group: Group) -> None:
    group.watch.asked()
    group.watch.answered()
    assert not group.is_forgotten_after(10 * LONG_S, WELL)


def test_time_counts_from_the_last_loss(group: Group) -> None:
    group.watch.asked()
    group.now += LONG_S - 1
    group.watch.asked()
    assert not group.is_forgotten_after(LONG_S - 1, WELL)


@pytest.mark.parametrize("brokers", [Brokers(TOPIC, answer=False), Brokers("scizoo.other.captures")])
def test_without_brokers_or_topics_a_group_cannot_answer_and_then_has_one_session(
    group: Group, brokers: Brokers
) -> None:
    group.watch.asked()
    assert not group.is_forgotten_after(2 * LONG_S, brokers)
    assert not group.is_forgotten_after(SESSION_S - 1, WELL)
    assert group.is_forgotten_after(1, WELL)
