"""A catalogue that is away holds its own group only, and catches up by itself."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from consumers.testing.captures import capture, file
from consumers.testing.scicat_server import Fault, ScicatServer
from scizoo.services.kafka import ApacheKafka
from scizoo.services.mongod import Mongod
from scizoo.services.run_folder import RunFolder
from tests.integration.consumers.installation import Installation
from tests.serving import serving
from tests.waiting import wait_for


@pytest.fixture
def own_mongod(tmp_path: Path) -> Iterator[Mongod]:
    """A MongoDB that a test may kill."""
    yield from serving(Mongod(RunFolder(tmp_path)))


def test_mongodb_killed_and_back_again(kafka: ApacheKafka, own_mongod: Mongod, tmp_path: Path) -> None:
    installation = Installation(tmp_path / "scicow", f"t{uuid4().hex[:8]}", kafka.address, own_mongod.address)
    installation.make_topics()
    with installation.scicow() as scicow:
        installation.send(capture(1))
        installation.wait_dataset(capture(1).pid)
        installation.wait_committed(1)
        own_mongod.kill()
        installation.send(*[capture(number, files=[file("a.h5")]) for number in range(2, 12)], b"garbage")
        wait_for(lambda: b"MongoDB could not" in scicow.log.read_bytes(), 30, "a word about MongoDB")
        assert installation.committed() == 1
        own_mongod.start()
        own_mongod.wait_ready()
        installation.wait_committed(12)
        assert scicow.stop() == 0
    assert installation.datasets.count_documents({}) == 11
    assert len(installation.letters()) == 1
    installation.drop()


@pytest.fixture
def both(kafka: ApacheKafka, mongod: Mongod, tmp_path: Path) -> Iterator[tuple[Installation, ScicatServer]]:
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text("aman")
    with ScicatServer() as server:
        scicat = {"url": server.url, "username": "ingestor", "password": {"file": str(password)}}
        made = Installation(
            tmp_path / "scicow",
            f"t{uuid4().hex[:8]}",
            kafka.address,
            mongod.address,
            {"scicat": scicat},
            ("mongodb", "scicat"),
        )
        made.make_topics()
        yield made, server
        made.drop()


def test_scicat_down_while_mongodb_goes_on(both: tuple[Installation, ScicatServer]) -> None:
    installation, server = both
    messages = [capture(number, files=[file("a.h5")]) for number in range(1, 6)]
    with installation.scicow("scicat") as scicat, installation.scicow("mongodb"):
        installation.send(capture(100))
        installation.wait_committed(1, "scicat")
        server.well, server.always = False, Fault(503)
        installation.send(*messages)
        installation.wait_committed(6, "mongodb")
        wait_for(lambda: b"SciCat is busy or away" in scicat.log.read_bytes(), 30, "a word about SciCat")
        assert installation.committed("scicat") == 1
        server.well, server.always = True, None
        installation.wait_committed(6, "scicat")
    assert {message.pid for message in messages} < set(server.state.datasets)
    assert len(server.state.blocks) == 5
    final = {(r.pid, r.sink) for r in installation.receipts() if r.outcome == "catalogued"}
    assert {(message.pid, sink) for message in messages for sink in ("mongodb", "scicat")} < final
    assert all(receipt.sinks == ["mongodb", "scicat"] for receipt in installation.receipts())


def test_an_unassigned_capture_reaches_mongodb_and_waits_for_scicat_until_staff_book_it(
    both: tuple[Installation, ScicatServer],
) -> None:
    installation, server = both
    nobodys = capture(1, proposal=None, assignment="none", context_note="no session is open")
    with installation.scicow("scicat"), installation.scicow("mongodb"):
        installation.send(nobodys)
        installation.wait_dataset(nobodys.pid)
        installation.wait_committed(1, "scicat")
        waiting = {(r.sink, r.outcome, r.reason) for r in installation.receipts()}
        assert ("scicat", "waiting", "no session is open") in waiting
        words = ["book", "--beamline", "demo", "--pid", nobodys.pid, "--reason", "logbook of 1 March"]
        told = installation.ask(*words, "--proposal", "20260001", "--visit", "20260301", "--sample", "ice")
        assert told == f"{nobodys.pid} is booked on proposal 20260001, and on its way to the catalogues\n"
        wait_for(lambda: nobodys.pid in server.state.datasets, 30, "the dataset in SciCat")
        wait_for(lambda: installation.state["waiting"].count_documents({}) == 0, 10, "nobody waiting")
        dataset = installation.wait_dataset(nobodys.pid, proposal="20260001", office={"$exists": True})
        assert "is booked on proposal 20260001 already" in installation.ask(
            *words, "--proposal", "20260002", code=1
        )
    facts = ("visit", "sample", "category", "assignment", "context_origin")
    assert [dataset[name] for name in facts] == ["20260301", "ice", "visitors", "assigned", "override"]
    assert dataset["context_note"].endswith(": logbook of 1 March")
    assert installation.datasets.count_documents({}) == 1


def test_what_cannot_be_booked_is_told(both: tuple[Installation, ScicatServer]) -> None:
    installation, _ = both
    nobodys = capture(1, proposal=None, assignment="none", context_note="no session is open")
    installation.send(b"garbage", key=nobodys.pid.encode())
    installation.send(nobodys)

    def refusal(pid: str, proposal: str, *more: str) -> str:
        words = ["book", "--beamline", "demo", "--reason", "x", "--pid", pid, "--proposal", proposal]
        return installation.ask(*words, *more, code=1)

    assert "has no capture 'nobody/knows'" in refusal("nobody/knows", "20260001")
    assert "'20269999'" in refusal(nobodys.pid, "20269999")
    assert "sample '../x' is refused" in refusal(nobodys.pid, "20260001", "--sample", "../x")
    assert "are codes" in refusal(nobodys.pid, "20260002", "--sample", "cathode")
    captures = installation.read(installation.names.captures("demo"))
    assert len(captures) == 2, "nothing was sent"


def test_a_wrong_password_ends_the_process_with_1_and_a_sentence(
    both: tuple[Installation, ScicatServer],
) -> None:
    installation, server = both
    server.users = {"ingestor": "another"}
    with installation.scicow("scicat") as scicat:
        assert scicat.process.wait(120) == 1
    told = scicat.log.read_text()
    assert told.splitlines()[-1] == "scicow: SciCat refuses user 'ingestor': check user and password"
    assert "aman" not in told


@pytest.mark.parametrize("place", ["dataset-sent", "files-sent", "written", "receipted"])
def test_killed_anywhere_on_the_way_to_scicat_ends_in_one_dataset_with_its_files_once(
    both: tuple[Installation, ScicatServer], place: str
) -> None:
    installation, server = both
    messages = [
        capture(1, "started"),
        capture(1, files=[file("a.h5", size=3)]),
        capture(2, files=[file("b.h5")]),
    ]
    installation.send(*messages)
    with installation.scicow("scicat", fault=f"scicow.{place}:kill") as scicat:
        assert scicat.process.wait(120) == -9
    # Files come with the first end, which may be read in a batch of its own.
    assert installation.committed("scicat") <= (1 if place == "files-sent" else -1)
    with installation.scicow("scicat"):
        installation.wait_committed(3, "scicat")
    state = server.state
    assert {pid: (d["size"], d["numberOfFiles"]) for pid, d in state.datasets.items()} == {
        capture(1).pid: (3, 1),
        capture(2).pid: (10, 1),
    }
    assert len(state.blocks) == 2
    assert installation.state["waiting"].count_documents({}) == 0
