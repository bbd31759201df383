"""Three brokers replicate each other, and go on when one is killed."""

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from scizoo.services.kafka import ApacheKafka
from scizoo.services.run_folder import RunFolder
from tests.waiting import wait_for


def is_made(admin: AdminClient) -> bool:
    """Make the topic; a broker that is held up counts as dead for a while, and then three are not there."""
    topic = NewTopic("captures", 1, 3, config={"min.insync.replicas": "2"})
    try:
        admin.create_topics([topic])["captures"].result(timeout=120)
    except KafkaException as error:
        return bool(error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS)
    return True


def test_a_message_is_acknowledged_while_one_of_three_brokers_is_dead(own_folder: RunFolder) -> None:
    cluster = ApacheKafka(own_folder, brokers=3)
    acknowledged: list[object] = []
    try:
        cluster.start()
        cluster.wait_ready()
        admin = AdminClient({"bootstrap.servers": cluster.address})
        wait_for(lambda: is_made(admin), 120, "a topic on three brokers")
        cluster.brokers[0].kill()
        producer = Producer({"bootstrap.servers": cluster.address, "acks": "all", "log_level": 0})
        producer.produce("captures", b"x", on_delivery=lambda error, _: acknowledged.append(error))
        assert producer.flush(40) == 0
    finally:
        cluster.stop()
    assert acknowledged == [None]
    assert not any(broker.alive for broker in cluster.brokers)
