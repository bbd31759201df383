"""Three writers on one collection, in any order: every document ends the same."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timezone
from threading import Thread
from uuid import uuid4

import pytest

from consumers.configuration import Mongo
from consumers.dataset_collection import DatasetCollection
from consumers.mapping.telling import gather
from consumers.mongo_client import connect
from consumers.testing.captures import capture, file, value
from scifish.messages import CaptureMessage
from scizoo.services.mongod import Mongod

PIDS = 60


def tellings(number: int) -> list[CaptureMessage]:
    return [
        capture(number, "started", values_at_start={"g": {"a.b": value(1, "mm")}}),
        capture(number, revision=2, title="older"),
        capture(
            number,
            revision=3,
            values={"g": {"x": value(1, "mm"), "y": value("s")}},
            files=[file("s.h5", complete=None, size=None), file("b$.c")],
            parts_expected=1,
        ),
        capture(number, "amended", files=[file("d/e.h5")], revision=4),
        capture(number, "amended", part=part("completion"), files=[file("s.h5", size=77)], revision=5),
        capture(number, "amended", part=part("completion"), files=[file("s.h5", size=1)], revision=4),
        capture(number, "amended", part=part("values"), values={"g": {"x": value(9, "mm")}}, revision=6),
        capture(number, rank=1, author="scifish@host1", status="interrupted", revision=9),
        capture(number, "amended", author="scifly@host2", files=[file("b$.c", size=5)], rank=2, revision=1),
    ]


def part(name: str) -> dict[str, object]:
    return {"name": name, "index": 1, "of": 1}


def write(mongo: Mongo, seed: int) -> None:
    """One writer: all messages in an order of its own, in batches of its own."""
    order = random.Random(seed)
    messages = [message for number in range(PIDS) for message in tellings(number)]
    order.shuffle(messages)
    database = connect(mongo)
    datasets = DatasetCollection(database["datasets"], lambda: datetime.now(timezone.utc))
    while messages:
        batch = [messages.pop() for _ in range(min(len(messages), order.randint(1, 50)))]
        assert datasets.fold(gather(batch), {}) == {}
    database.client.close()


@pytest.fixture
def mongo(mongod: Mongod) -> Iterator[Mongo]:
    settings = Mongo(uri=mongod.address, database=f"t{uuid4().hex[:8]}")
    yield settings
    with mongod.client() as client:
        client.drop_database(settings.database)


def test_three_racing_writers_converge(mongo: Mongo) -> None:
    writers = [Thread(target=write, args=(mongo, seed)) for seed in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    database = connect(mongo)
    documents = list(database["datasets"].find())
    database.client.close()
    assert len(documents) == PIDS
    # What differs between two pids by their nature is taken away; the rest must be one and the same.
    own = ("_id", "pid", "start_ns", "nonce", "scan_id")
    said = [{key: node for key, node in document.items() if key not in own} for document in documents]
    assert len({json.dumps(one, sort_keys=True, default=str) for one in said}) == 1
    [document] = documents[:1]
    assert (document["status"], document["revision"], document["complete"]) == ("completed", 3, True)
    assert [(item["path"], item["size"]) for item in document["files"]] == [
        ("b$.c", 5),
        ("d/e.h5", 10),
        ("s.h5", 77),
    ]
    assert document["values"]["g"]["x"]["value"] == 9
    assert {"k": "g/x", "n": 9} in document["v"]


def test_twenty_thousand_files_and_a_missing_part(mongo: Mongo) -> None:
    database = connect(mongo)
    datasets = DatasetCollection(database["datasets"], lambda: datetime.now(timezone.utc))
    whole = capture(files=[], parts_expected=20)
    parts = [
        capture(
            phase="amended",
            part={"name": "files", "index": index, "of": 20},
            files=[file(f"{index}/{number}.h5") for number in range(1000)],
        )
        for index in range(1, 21)
    ]
    datasets.fold(gather([whole, *parts[:-1]]), {})
    assert datasets.stamp_complete([whole.pid]) == {whole.pid: None}
    datasets.fold(gather(parts[-1:]), {})
    assert datasets.stamp_complete([whole.pid])[whole.pid] is not None
    assert len(datasets.read([whole.pid])[whole.pid]["files"]) == 20_000
    database.client.close()
