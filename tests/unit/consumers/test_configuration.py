"""The configuration: what is shipped loads, what is misspelt is refused, secrets stay secret."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import consumers
from consumers.configuration import Configuration, load
from consumers.credentials import Secret
from consumers.errors import ConfigurationError
from consumers.topics import Difference, Topic, compare, wanted_topics

EXAMPLE = Path(consumers.__file__).parent / "examples" / "scicow.yaml"


def changed(tmp_path: Path, **fields: Any) -> Path:
    document = yaml.safe_load(EXAMPLE.read_text()) | fields
    path = tmp_path / "scicow.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def test_the_shipped_example_loads_and_names_every_key_of_its_sections() -> None:
    configuration = load(EXAMPLE)
    assert configuration.sinks_of("nanomax") == ["mongodb", "scicat"]
    assert configuration.beamlines_of("scicat") == ["nanomax"]
    assert configuration.group("mongodb") == "scicow-mongodb"
    assert configuration.sinks_of("nowhere") == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"colour": "green"}, "colour: Extra inputs are not permitted"),
        ({"beamlines": []}, "beamlines"),
        ({"beamlines": [{"name": "Bad Name", "sinks": ["mongodb"]}]}, "beamlines.0.name"),
        ({"beamlines": [{"name": "a", "sinks": ["mongodb", "mongodb"]}]}, "names a sink twice"),
        ({"beamlines": [{"name": "a", "sinks": ["mongodb"]}] * 2}, "listed twice"),
        ({"scicat": None}, "sink 'scicat', which has no section"),
        ({"user_office": None}, "scicat needs a user_office"),
        ({"mongodb": {"uri": "mongodb://u:p@h", "database": "d"}}, "the uri holds a password"),
        ({"topics": {"replication": 1}}, "nothing could ever be written"),
        ({"topic_prefix": "a.b"}, "topic_prefix"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(changed(tmp_path, **fields))
    assert words in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_and_a_file_that_is_no_yaml_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(ConfigurationError, match="is not YAML"):
        load(tmp_path / "bad.yaml")


@pytest.mark.parametrize("text", ["aman", "aman: [", "aman: {\n  - x", "\xff aman"])
def test_a_secret_that_is_named_by_mistake_is_not_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "password"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=str(path)) as caught:
        load(path)
    assert "aman" not in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"mongodb": {"uri": "mongodb://u:aman@h", "database": "d"}},
        {"mongodb": {"uri": "http://u:aman@h", "database": "d"}},
        {"mongodb": {"uri": "mongodb://h", "database": "d", "password": "aman"}},
        {"mongodb": {"uri": "mongodb://h", "database": "d", "pasword": "aman"}},
        {"user_office": {"kind": "duo", "settings": {"secret": ["aman"]}}},
    ],
)
def test_a_secret_in_the_wrong_place_is_not_told(tmp_path: Path, fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(changed(tmp_path, **fields))
    assert "aman" not in str(caught.value)


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("aman\n")
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600") as caught:
        Secret(file=path).read()
    assert "aman" not in str(caught.value)
    path.chmod(0o600)
    assert Secret(file=path).read().get_secret_value() == "aman"
    assert "aman" not in repr(Secret(file=path).read())


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="TEST_SECRET is not set"):
        Secret(env="TEST_SECRET").read()
    monkeypatch.setenv("TEST_SECRET", "aman")
    assert Secret(env="TEST_SECRET").read().get_secret_value() == "aman"


def wanted() -> list[Topic]:
    return wanted_topics(load(EXAMPLE))


def test_three_topics_per_beamline_that_forget_nothing_early() -> None:
    captures, letters, receipts = wanted()[:3]
    assert [t.name for t in wanted()[:3]] == [
        "scizoo.nanomax.captures",
        "scizoo.nanomax.dead-letters",
        "scizoo.nanomax.receipts",
    ]
    assert {(t.partitions, t.replication) for t in wanted()} == {(1, 3)}
    assert captures.config["retention.ms"] == receipts.config["retention.ms"] == str(90 * 86_400_000)
    assert letters.config["retention.ms"] == "-1"
    assert int(letters.config["max.message.bytes"]) == 2 * int(captures.config["max.message.bytes"])
    for topic in wanted():
        assert topic.config["cleanup.policy"] == "delete"
        assert topic.config["message.timestamp.type"] == "LogAppendTime"
        assert topic.config["min.insync.replicas"] == "2"
        assert topic.config["unclean.leader.election.enable"] == "false"


def test_topics_as_they_should_be_make_no_work() -> None:
    assert compare(wanted(), {topic.name: topic for topic in wanted()}) == []


def test_more_partitions_than_wanted_are_borne_fewer_replicas_are_told() -> None:
    topic = wanted()[0]
    found = Topic(topic.name, 4, 1, topic.config | {"retention.ms": "1"})
    [difference] = compare([topic], {topic.name: found})
    assert difference == Difference(
        topic,
        config={"retention.ms": str(90 * 86_400_000)},
        findings=("has 1 replicas, wanted 3: ask the brokers' staff",),
    )


def test_every_configuration_model_refuses_unknown_keys() -> None:
    assert Configuration.model_config["extra"] == "forbid"
