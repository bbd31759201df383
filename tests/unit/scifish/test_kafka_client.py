"""Kafka's security settings: only ours to read, never shown."""

from pathlib import Path

import pytest

from scifish.errors import SettingsError
from scifish.forwarding.kafka_client import KafkaClient, read_kafka_options

SECRET = "hunter2"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_options_are_read_and_shown_nowhere(tmp_path):
    text = f"# broker login\nsasl.username = beamline\nsasl.password={SECRET}=\n\n"
    options = read_kafka_options(write(tmp_path / "kafka", text))
    assert options == {"sasl.username": "beamline", "sasl.password": f"{SECRET}="}
    client = KafkaClient("broker:9093", options)
    assert client.settings()["sasl.password"] == f"{SECRET}="
    assert SECRET not in repr(client)


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        (f"sasl.password={SECRET}", 0o640, "mode 0640: chmod 600"),
        (f"acks=0\nsasl.password={SECRET}", 0o600, "line 1: 'acks' is fixed"),
        (f"{SECRET}", 0o600, "line 1 is not <key>=<value>"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_without_its_secrets(tmp_path, text, mode, reason):
    with pytest.raises(SettingsError, match=reason) as caught:
        read_kafka_options(write(tmp_path / "kafka", text, mode))
    assert SECRET not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: FileNotFoundError"):
        read_kafka_options(tmp_path / "missing")
