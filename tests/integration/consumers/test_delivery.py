"""From Kafka to MongoDB with real parts: nothing lost, nothing twice, every message answered."""

import os
import signal
from pathlib import Path

import pytest

from consumers.testing.captures import capture, file, value
from scifish.settling.completion import PART_NAME
from scizoo.services.kafka import ApacheKafka
from scizoo.services.mongod import Mongod
from tests.integration.consumers.installation import Installation
from tests.processes import freeze
from tests.waiting import wait_for


def test_a_capture_becomes_a_dataset_with_proposal_and_pi(installation: Installation) -> None:
    ended = capture(files=[file("scan.h5")], values={"ring": {"current": value(250.0, "mA")}})
    with installation.scicow() as scicow:
        installation.send(capture(phase="started"), ended)
        dataset = installation.wait_dataset(ended.pid, catalogued_at={"$exists": True})
        installation.wait_committed(2)
        assert scicow.stop() == 0
    assert dataset["status"] == "completed"
    assert dataset["office"]["pi"] == {"name": "Ada Lovelace", "email": "ada@example.org"}
    assert dataset["office"]["title"] == "Ice in pores"
    assert dataset["values"]["ring"]["current"]["value"] == 250.0
    assert dataset["v"] == [{"k": "ring/current", "n": 250.0}]
    assert [item["size"] for item in dataset["files"]] == [10]
    assert dataset["end_time"].isoformat() == "2026-03-01T12:00:10+00:00"


def test_every_message_gets_a_receipt_also_a_repeated_one(installation: Installation) -> None:
    ended = capture(files=[file("scan.h5")])
    with installation.scicow():
        installation.send(capture(phase="started"), ended, ended, ended)
        installation.wait_committed(4)
    found = installation.receipts()
    assert [(r.phase, r.rank, r.revision, r.outcome) for r in found] == [
        ("started", 0, 1, "catalogued"),
        *[("ended", 2, 1, "catalogued")] * 3,
    ]
    assert {(r.pid, r.author, r.sink, tuple(r.sinks)) for r in found} == {
        (ended.pid, "sardana@host1", "mongodb", ("mongodb",))
    }
    assert installation.datasets.count_documents({}) == 1
    dataset = installation.wait_dataset(ended.pid)
    assert found[-1].catalogued_at == dataset["catalogued_at"]


def test_a_consumer_that_has_its_partition_gives_a_sign_of_life(installation: Installation) -> None:
    with installation.scicow(instance="a"):
        [beat] = wait_for(installation.heartbeats, 30, "a heartbeat")
    assert (beat.sink, beat.group, beat.instance) == ("mongodb", f"{installation.name}-mongodb", "a")
    assert beat.sinks == ["mongodb"]
    assert installation.receipts() == []


def test_a_dataset_in_progress_says_so(installation: Installation) -> None:
    started = capture(phase="started", values_at_start={"top": value(1.5)})
    with installation.scicow():
        installation.send(started)
        dataset = installation.wait_dataset(started.pid)
    assert (dataset["status"], dataset["complete"]) == ("running", False)
    assert "catalogued_at" not in dataset


def test_started_after_ended_and_older_after_newer_change_nothing(installation: Installation) -> None:
    newer = capture(revision=3, title="newer", files=[file("scan.h5")])
    with installation.scicow():
        installation.send(newer)
        before = installation.wait_dataset(newer.pid, catalogued_at={"$exists": True})
        installation.send(
            capture(revision=2, title="older"),
            capture(phase="started", revision=9),
            capture(rank=1, author="scifish@host1", status="interrupted", revision=7),
        )
        installation.wait_committed(4)
    assert installation.wait_dataset(newer.pid) == before


def test_proprietary_titles_reach_no_store_letter_or_receipt(installation: Installation) -> None:
    message = capture(proposal="20260002", category="proprietary", files=[file("scan.h5")])
    with installation.scicow() as scicow:
        installation.send(message)
        dataset = installation.wait_dataset(message.pid, catalogued_at={"$exists": True})
        installation.wait_committed(1)
    assert dataset["office"] == {
        "proposal": "20260002",
        "pi": {"name": "Grace Hopper", "email": "grace@example.org"},
    }
    told = [scicow.log.read_text(), str(installation.receipts()), str(installation.letters()), str(dataset)]
    assert "Secret" not in "".join(told)


def test_what_the_office_does_not_know_yet_is_catalogued_and_filled_in_later(
    installation: Installation,
) -> None:
    message = capture(proposal="20269999", files=[file("scan.h5")])
    with installation.scicow():
        installation.send(message)
        dataset = installation.wait_dataset(message.pid, catalogued_at={"$exists": True})
        assert "office" not in dataset
        [waiting] = wait_for(lambda: list(installation.state["waiting"].find()), 10, "somebody waiting")
        assert waiting["reason"] == "the user office does not know proposal '20269999'"
        assert waiting["cause"] == "office"
        text = installation.office_file.read_text().replace("20260001", "20269999")
        installation.office_file.write_text(text)
        assert "0 messages" in installation.ask("waiting", "retry", "--pid", "another")
        told = installation.ask("waiting", "retry", "--beamline", "demo", "--pid", message.pid)
        assert told == "1 messages are tried again within 10 s, by the running consumers\n"
        dataset = installation.wait_dataset(message.pid, office={"$exists": True})
        wait_for(lambda: installation.state["waiting"].count_documents({}) == 0, 10, "nobody waiting")
    assert dataset["office"]["title"] == "Ice in pores"


@pytest.mark.parametrize("place", ["written", "letter", "lettered", "noted", "receipted"])
def test_killed_between_writing_and_committing_loses_and_doubles_nothing(
    installation: Installation, place: str
) -> None:
    messages = [capture(number, files=[file("scan.h5")]) for number in range(1, 6)]
    installation.send(*messages, b"garbage")
    with installation.scicow(fault=f"scicow.{place}:kill") as scicow:
        assert scicow.process.wait(120) == -9
    # The garbage may come in a batch of its own, once those before it are committed.
    assert installation.committed() <= (len(messages) if place.startswith("letter") else -1)
    with installation.scicow():
        installation.wait_committed(6)
    assert installation.datasets.count_documents({"catalogued_at": {"$exists": True}}) == 5
    answered = {(receipt.pid, receipt.outcome) for receipt in installation.receipts()}
    assert answered == {(message.pid, "catalogued") for message in messages}
    letters = installation.letters()
    assert {letter[1] for letter in letters} == {b"garbage"}
    # Between a letter and the note of it nothing can be known: there a second letter is right.
    assert len(letters) == (2 if place == "letter" else 1)


def test_a_frozen_and_a_killed_process_are_taken_over(installation: Installation) -> None:
    first = [capture(number, files=[file("a.h5")]) for number in range(1, 21)]
    later = [capture(number, files=[file("a.h5")]) for number in range(21, 41)]
    with installation.scicow(instance="a") as one, installation.scicow(instance="b"):
        installation.send(*first)
        installation.wait_committed(20)
        freeze(one.process.pid)
        installation.send(*later)
        wait_for(lambda: installation.datasets.count_documents({}) == 40, 40, "40 datasets")
        installation.wait_committed(40)
        os.kill(one.process.pid, signal.SIGCONT)
        installation.send(capture(41))
        installation.wait_dataset(capture(41).pid)
    assert installation.datasets.count_documents({}) == 41


def test_of_two_processes_one_is_killed_in_mid_batch(installation: Installation) -> None:
    messages = [capture(number, files=[file("a.h5")]) for number in range(1, 31)]
    with installation.scicow(instance="a", fault="scicow.written:kill") as one:
        wait_for(lambda: b"reads" in one.log.read_bytes(), 30, "the first process reading")
        with installation.scicow(instance="b"):
            installation.send(*messages)
            assert one.process.wait(120) == -9
            installation.wait_committed(30)
    assert installation.datasets.count_documents({"catalogued_at": {"$exists": True}}) == 30
    assert {receipt.pid for receipt in installation.receipts()} == {message.pid for message in messages}


def test_of_two_processes_of_one_name_the_older_ends_with_1_and_a_sentence(
    installation: Installation,
) -> None:
    with installation.scicow(instance="a") as older:
        installation.send(capture(1))
        installation.wait_committed(1)
        with installation.scicow(instance="a") as newer:
            assert older.process.wait(60) == 1
            told = [line for line in older.log.read_text().splitlines() if line.startswith("scicow: ")]
            assert len(told) == 1
            assert "Is another process of this instance on?" in told[0]
            installation.send(capture(2))
            installation.wait_dataset(capture(2).pid)
            assert newer.stop() == 0


def test_a_capture_closed_by_scifish_is_complete_once_its_files_are_settled(
    installation: Installation,
) -> None:
    told = {"author": "scifish@host1", "rank": 1}
    closed = capture(**told, status="interrupted", files=[file("a.h5", complete=None, size=None)])
    settled = {"name": PART_NAME, "index": 1, "of": 1}
    files = [file("a.h5", complete=False, size=7)]
    with installation.scicow():
        installation.send(closed)
        assert "catalogued_at" not in installation.wait_dataset(closed.pid)
        installation.send(capture(phase="amended", **told, revision=2, part=settled, files=files))
        dataset = installation.wait_dataset(closed.pid, catalogued_at={"$exists": True})
        installation.wait_committed(2)
    assert [(item["size"], item["complete"]) for item in dataset["files"]] == [(7, False)]
    first, last = installation.receipts()
    assert (first.catalogued_at, last.catalogued_at) == (None, dataset["catalogued_at"])


def test_topic_missing_then_made(kafka: ApacheKafka, mongod: Mongod, tmp_path: Path) -> None:
    late = Installation(tmp_path / "late", "late-topics", kafka.address, mongod.address)
    try:
        with late.scicow() as scicow:
            wait_for(lambda: b"topic missing" in scicow.log.read_bytes(), 20, "a word about the topic")
            late.make_topics()
            late.send(capture())
            late.wait_dataset(capture().pid)
    finally:
        late.drop()
