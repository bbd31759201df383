"""``scicow topics`` against Apache Kafka: what is made, what is corrected, what is only told."""

import subprocess
import sys

from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from tests.integration.consumers.installation import Installation


def scicow(installation: Installation, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "consumers.cli", *words, "--config", str(installation.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_apply_makes_what_plan_shows_and_a_second_time_nothing(installation: Installation) -> None:
    admin = AdminClient({"bootstrap.servers": installation.kafka, "log_level": 3})
    names = [f"{installation.name}.demo.{kind}" for kind in ("captures", "dead-letters", "receipts")]
    for future in admin.delete_topics(names).values():
        future.result(20)
    assert scicow(installation, "topics", "plan") == (1, "".join(f"{name}: make\n" for name in names))
    assert scicow(installation, "topics", "apply")[0] == 0
    assert scicow(installation, "topics", "plan") == (0, "all 3 topics are as they should be\n")
    topics = admin.list_topics(timeout=10).topics
    assert [len(topics[name].partitions) for name in names] == [1, 1, 1]


def test_settings_that_lose_captures_are_corrected(installation: Installation) -> None:
    captures = installation.names.captures("demo")
    spoilt = {
        "cleanup.policy": "compact",
        "message.timestamp.type": "CreateTime",
        "retention.ms": "604800000",
    }
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in spoilt.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, captures, incremental_configs=entries)
    admin = AdminClient({"bootstrap.servers": installation.kafka, "log_level": 3})
    admin.incremental_alter_configs([resource])[resource].result(10)
    code, told = scicow(installation, "topics", "plan")
    assert code == 1
    assert f"{captures}: set cleanup.policy=delete; set message.timestamp.type=LogAppendTime" in told
    assert scicow(installation, "topics", "apply")[0] == 0
    assert scicow(installation, "topics", "plan")[0] == 0


def test_what_cannot_be_changed_is_told(installation: Installation) -> None:
    installation.more = {"beamlines": [{"name": "balder", "sinks": ["mongodb"]}]}
    installation.more |= {"topics": {"replication": 2, "min_insync_replicas": 1}}
    installation.rewrite()
    admin = AdminClient({"bootstrap.servers": installation.kafka, "log_level": 3})
    name = installation.names.captures("balder")
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(10)
    code, told = scicow(installation, "topics", "plan")
    assert (code, f"{name}: set" in told) == (1, True)
    assert "has 1 replicas, wanted 2: ask the brokers' staff" in told


def test_a_broker_that_is_away_is_one_line_and_code_1(installation: Installation) -> None:
    installation.kafka = "127.0.0.1:1"
    installation.rewrite()
    code, told = scicow(installation, "topics", "plan")
    assert code == 1
    assert told.splitlines()[-1].startswith("scicow: the broker did not describe its topics")
