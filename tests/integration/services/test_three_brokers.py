"""Three brokers replicate each other, and go on when one is killed."""

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from scizoo.services.kafka import ApacheKafka
from scizoo.services.run_folder import RunFolder


def test_a_message_is_acknowledged_while_one_of_three_brokers_is_dead(own_folder: RunFolder) -> None:
    cluster = ApacheKafka(own_folder, brokers=3)
    acknowledged: list[object] = []
    try:
        cluster.start()
        cluster.wait_ready(60)
        admin = AdminClient({"bootstrap.servers": cluster.address})
        settings = {"min.insync.replicas": "2"}
        made = admin.create_topics([NewTopic("captures", 1, 3, config=settings)])
        made["captures"].result(timeout=120)
        cluster.brokers[0].kill()
        producer = Producer({"bootstrap.servers": cluster.address, "acks": "all", "log_level": 0})
        producer.produce("captures", b"x", on_delivery=lambda error, _: acknowledged.append(error))
        assert producer.flush(40) == 0
    finally:
        cluster.stop()
    assert acknowledged == [None]
    assert not any(broker.alive for broker in cluster.brokers)
