"""Kafka forgets: what the log no longer has is noticed, told, and asked for again."""

from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from consumers.testing.captures import capture, file
from consumers.topics import TopicAdmin, compare, wanted_topics
from scifish.receipts import Receipt
from tests.integration.consumers.installation import Installation
from tests.waiting import wait_for


def resends(installation: Installation) -> list[Receipt]:
    return [receipt for receipt in installation.receipts() if receipt.outcome == "resend"]


def read_five(installation: Installation) -> None:
    with installation.scicow() as scicow:
        installation.send(*[capture(number) for number in range(1, 6)])
        installation.wait_committed(5)
        assert scicow.stop() == 0


def forget(installation: Installation, below: int) -> None:
    admin = AdminClient({"bootstrap.servers": installation.kafka, "log_level": 3})
    place = TopicPartition(installation.names.captures("demo"), 0, below)
    admin.delete_records([place])[place].result(10)


def test_a_retention_shorter_than_the_outage_asks_the_spools_to_resend(installation: Installation) -> None:
    read_five(installation)
    installation.send(*[capture(number) for number in range(6, 11)])
    forget(installation, below=8)
    with installation.scicow() as scicow:
        installation.wait_committed(10)
        [receipt] = wait_for(lambda: resends(installation), 10, "a resend receipt")
        assert b"ALARM" in scicow.log.read_bytes()
    assert (receipt.pid, receipt.sinks) == (None, ["mongodb"])
    assert receipt.resend_from is not None and receipt.resend_to is not None
    assert receipt.resend_from < receipt.resend_to
    assert installation.datasets.count_documents({}) == 7  # 6 to 8 are the spools' to send again


def test_a_log_cut_under_a_running_consumer_is_noticed(installation: Installation) -> None:
    with installation.scicow():
        installation.send(*[capture(number) for number in range(1, 6)])
        installation.wait_committed(5)
        remake_topics(installation)
        installation.send(capture(6))
        installation.wait_dataset(capture(6).pid)
        wait_for(lambda: resends(installation), 20, "a resend receipt")


def test_a_topic_deleted_and_made_again_while_the_consumer_was_off(installation: Installation) -> None:
    read_five(installation)
    remake_topics(installation)
    installation.send(capture(6, files=[file("a.h5")]))
    with installation.scicow():
        installation.wait_dataset(capture(6).pid)
        [receipt] = wait_for(lambda: resends(installation), 10, "a resend receipt")
    assert receipt.resend_from is not None and receipt.resend_to is not None


def test_a_topic_deleted_and_made_again_while_still_empty(installation: Installation) -> None:
    read_five(installation)
    remake_topics(installation)
    with installation.scicow():
        [at_once] = wait_for(lambda: resends(installation), 30, "a resend receipt before any message")
        assert at_once.resend_from is not None
        assert at_once.resend_to is None, "nothing tells yet where the gap ends"
        installation.send(capture(6))
        installation.wait_dataset(capture(6).pid)
        wait_for(lambda: len(resends(installation)) == 2, 10, "another one when the end is known")
    later = resends(installation)[1]
    assert later.resend_from == at_once.resend_from
    assert later.resend_to is not None


def test_a_first_start_asks_for_nothing(installation: Installation) -> None:
    installation.send(*[capture(number) for number in range(1, 6)])
    forget(installation, below=2)
    read = [capture(number).pid for number in range(3, 6)]
    with installation.scicow():
        installation.wait_committed(5)
    assert sorted(installation.datasets.distinct("_id")) == sorted(read)
    assert resends(installation) == []


def remake_topics(installation: Installation) -> None:
    admin = AdminClient({"bootstrap.servers": installation.kafka, "log_level": 3})
    name = installation.names.captures("demo")
    admin.delete_topics([name])[name].result(20)
    wait_for(lambda: name not in admin.list_topics(timeout=5).topics, 20, "the topic gone")
    ours = TopicAdmin(installation.configuration.kafka.client())
    wanted = wanted_topics(installation.configuration)

    def made() -> bool:
        ours.apply(compare(wanted, ours.find([topic.name for topic in wanted])))
        return not compare(wanted, ours.find([topic.name for topic in wanted]))

    wait_for(made, 20, "the topic made again")
