"""The hostile corpus on a real topic: every message ends as stated, and nothing behind it waits."""

import json
import random
from collections import Counter

from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from consumers.glimpse import glimpse
from consumers.testing.captures import capture, file
from consumers.testing.hostile import Hostile, corpus
from scifish.identifiers import make_pid
from tests.integration.consumers.installation import Installation
from tests.waiting import wait_for

CORPUS = corpus()


def of(outcome: str) -> list[Hostile]:
    return [hostile for hostile in CORPUS if hostile.outcome == outcome]


def test_the_whole_corpus_and_a_good_message_behind_it(installation: Installation) -> None:
    for hostile in CORPUS:
        installation.send(hostile.value or b"", key=hostile.key)
    good = capture(900, files=[file("scan.h5")])
    installation.send(good)
    with installation.scicow() as scicow:
        installation.wait_dataset(good.pid, catalogued_at={"$exists": True})
        installation.wait_committed(len(CORPUS) + 1)
        assert scicow.stop() == 0

    catalogued = {glimpse(hostile.value, hostile.key).pid for hostile in of("catalogued")}
    assert set(installation.datasets.distinct("_id")) == catalogued | {good.pid}

    letters = Counter((key, value) for key, value, _ in installation.letters())
    expected = {(hostile.key, hostile.value or b"") for hostile in of("rejected")}
    assert {(key, value or b"") for key, value in letters} == expected
    assert all(headers["scicow-sink"] == b"mongodb" for _, _, headers in installation.letters())

    waiting = list(installation.state["waiting"].find({"cause": "schema"}))
    assert [entry["value"] for entry in waiting] == [hostile.value for hostile in of("waiting")]

    answered = Counter(receipt.outcome for receipt in installation.receipts())
    readable = Counter(hostile.outcome for hostile in CORPUS if hostile.receipt)
    assert answered == readable + Counter({"catalogued": 1})


def test_fields_named_like_ours_move_aside(installation: Installation) -> None:
    [hostile] = [h for h in CORPUS if h.name == "unknown fields that are named like ours"]
    with installation.scicow():
        installation.send(hostile.value or b"")
        dataset = installation.wait_dataset(glimpse(hostile.value, None).pid or "")
    assert dataset["unknown_fields"]["catalogued_at"] == "now"
    assert dataset["complete"] is True


def test_a_message_of_a_later_schema_is_read_after_the_upgrade(installation: Installation) -> None:
    """The state database keeps its bytes; what waits there is tried again when SciCow starts."""
    message = capture(files=[file("scan.h5")])
    later = json.dumps(json.loads(message.to_bytes()) | {"schema": "scizoo.capture/2"}).encode()
    with installation.scicow():
        installation.send(later, key=message.pid.encode())
        entry = wait_for(lambda: installation.state["waiting"].find_one({}) or {}, 30, "a waiting message")
        [receipt] = wait_for(installation.receipts, 10, "a receipt")
    assert receipt.outcome == "waiting"
    # Stands for the upgrade: the same bytes become readable.
    installation.state["waiting"].update_one({"_id": entry["_id"]}, {"$set": {"value": message.to_bytes()}})
    with installation.scicow():
        installation.wait_dataset(message.pid)


def test_a_message_too_large_for_the_dead_letter_topic_is_kept_in_the_state_database(
    installation: Installation,
) -> None:
    entry = ConfigEntry("max.message.bytes", "20000", incremental_operation=AlterConfigOpType.SET)
    topic = installation.names.dead_letters("demo")
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": installation.kafka, "log_level": 3})
    admin.incremental_alter_configs([resource])[resource].result(10)
    garbage = random.Random(1).randbytes(50_000)
    with installation.scicow():
        installation.send(garbage)
        installation.wait_committed(1)
    [(key, value, headers)] = installation.letters()
    assert (key, value) == (None, None)
    assert headers["scicow-value"] == b"too large for this topic: kept in the state database"
    record = installation.state["dead_letters"].find_one({}) or {}
    assert record["value"] == garbage


def test_a_pid_is_not_taken_from_another_facilitys_prefix(installation: Installation) -> None:
    installation.more = {"pid_prefixes": ["20.500.99999"]}
    ours = make_pid(
        "20.500.99999", "demo", "demo", "host1", capture().producer, capture().start_ns, capture().nonce
    )
    with installation.scicow():
        installation.send(capture(), capture(pid=ours))
        installation.wait_dataset(ours)
        installation.wait_committed(2)
    assert installation.datasets.distinct("_id") == [ours]
    assert "none of the accepted prefixes" in str(installation.receipts()[0].reason)
