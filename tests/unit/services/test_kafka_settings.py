"""The replication of Kafka's own topics follows the number of brokers."""

from pathlib import Path

import pytest

from scizoo.services.errors import ServiceError
from scizoo.services.kafka import Node, kafka_home, kafka_version, server_properties

ONE = [Node(1, 9092, 9093)]
THREE = [Node(number, 9000 + number, 9100 + number) for number in (1, 2, 3)]


def settings(nodes: list[Node]) -> dict[str, str]:
    lines = server_properties(nodes[0], nodes, Path("/data")).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_one_broker_replicates_nothing() -> None:
    found = settings(ONE)
    assert found["offsets.topic.replication.factor"] == "1"
    assert found["transaction.state.log.min.isr"] == "1"


def test_three_brokers_replicate_and_survive_the_loss_of_one() -> None:
    found = settings(THREE)
    assert found["offsets.topic.replication.factor"] == "3"
    assert found["transaction.state.log.min.isr"] == "2"
    assert found["controller.quorum.voters"].count("@127.0.0.1:") == 3


def test_no_topic_is_made_by_itself() -> None:
    assert settings(ONE)["auto.create.topics.enable"] == "false"


def test_everything_listens_on_loopback() -> None:
    assert "0.0.0.0" not in server_properties(ONE[0], ONE, Path("/data"))  # noqa: S104
    assert settings(ONE)["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"


def test_kafka_home_wins_and_names_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka-server-9.8.7.jar").touch()
    (tmp_path / "libs" / "kafka-server-common-9.8.7.jar").touch()
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    assert kafka_home() == tmp_path
    assert kafka_version() == "9.8.7"


def test_a_missing_kafka_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setenv("SCIZOO_SYSTEM", str(tmp_path))
    with pytest.raises(ServiceError, match=r"no Apache Kafka in .*: run `make setup`, or set KAFKA_HOME"):
        kafka_home()
