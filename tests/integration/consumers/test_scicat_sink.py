"""The SciCat sink against the shipped SciCat, its memory in a real MongoDB."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from consumers.configuration import Mongo, Scicat
from consumers.enrich import Enrichment
from consumers.errors import FatalError, RetryableError
from consumers.mongo_client import connect
from consumers.sinks.scicat import ScicatSink, make_scicat_sink
from consumers.sinks.sink import Answer, Capture
from consumers.state_database import StateDatabase
from consumers.testing.captures import capture, file, value
from consumers.testing.scicat_server import Fault, ScicatServer
from scifish.messages import CaptureMessage
from scizoo.services.mongod import Mongod
from tests.waiting import wait_for

OFFICE = {
    "proposal": "20260001",
    "pi": {"name": "Ada Lovelace", "email": "ada@example.org"},
    "title": "Ice in pores",
}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 13, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


class Bench:
    """A sink, its SciCat, and a clock that a test can turn."""

    def __init__(self, mongo: str, folder: Path, server: ScicatServer) -> None:
        self.server, self.clock = server, Clock()
        password = folder / "password"
        password.touch(0o600)
        password.write_text("aman")
        self.database = f"t{uuid4().hex[:8]}"
        self.state = StateDatabase(connect(Mongo(uri=mongo, database=self.database)))
        self.settings = Scicat.model_validate(
            {"url": server.url, "username": "ingestor", "password": {"file": password}, "timeout_s": 30}
        )
        self.sink = self.new_sink()

    def close(self) -> None:
        self.sink.close()
        self.state.close()

    def new_sink(self) -> ScicatSink:
        sink = make_scicat_sink(self.settings, self.state, self.clock)
        sink.prepare()
        return sink

    def write(self, *messages: CaptureMessage, office: dict[str, Any] | None = OFFICE) -> list[Answer]:
        self.server.requests.clear()
        lacking = None if office else "the user office does not know proposal '20260001'"
        return self.sink.write([Capture(message, Enrichment(office, lacking)) for message in messages])

    def dataset(self, message: CaptureMessage) -> dict[str, Any]:
        return self.server.state.datasets[message.pid]

    def files(self, message: CaptureMessage) -> list[str]:
        return [
            f["path"] for block in self.server.state.blocks_of(message.pid) for f in block["dataFileList"]
        ]


@pytest.fixture
def bench(mongod: Mongod, tmp_path: Path) -> Iterator[Bench]:
    with ScicatServer() as server:
        made = Bench(mongod.address, tmp_path, server)
        yield made
        made.close()
        with mongod.client() as client:
            client.drop_database(made.database)


ENDED = capture(
    files=[file("scan.h5", size=7), file("ccd.h5", size=5)], values={"ring": {"current": value(250.0, "mA")}}
)


def outcomes(answers: list[Answer]) -> list[str]:
    return [answer.outcome for answer in answers]


def test_started_makes_a_running_dataset_and_ended_completes_it(bench: Bench) -> None:
    [running] = bench.write(capture(phase="started"))
    assert (running.outcome, running.catalogued_at) == ("catalogued", None)
    assert bench.dataset(ENDED)["scientificMetadata"]["scan/status"]["value"] == "running"
    assert bench.files(ENDED) == []
    [ended] = bench.write(ENDED)
    assert (ended.outcome, ended.catalogued_at) == ("catalogued", bench.clock.now)
    dataset = bench.dataset(ENDED)
    assert dataset["scientificMetadata"]["scan/status"]["value"] == "completed"
    assert dataset["scientificMetadata"]["ring/current"]["value"] == 250.0
    assert dataset["principalInvestigator"] == "Ada Lovelace"
    assert (dataset["ownerGroup"], dataset["accessGroups"]) == ("20260001", ["demo"])
    assert (dataset["size"], dataset["numberOfFiles"]) == (12, 2)


def test_a_repeated_message_asks_scicat_nothing(bench: Bench) -> None:
    first = bench.write(ENDED)
    assert bench.write(ENDED, ENDED) == first * 2
    assert bench.server.requests == []


def test_amended_files_that_come_first_wait_for_the_dataset(bench: Bench) -> None:
    amended = capture(phase="amended", files=[file("more.h5")], revision=2)
    assert outcomes(bench.write(amended)) == ["waiting"]
    assert outcomes(bench.write(capture(files=[file("scan.h5")], parts_expected=1))) == ["catalogued"]
    assert bench.files(ENDED) == ["more.h5", "scan.h5"]


@pytest.mark.parametrize("request_number", [1, 2, 3, 4])
@pytest.mark.parametrize("after_saving", [True, False], ids=["saved", "lost"])
def test_the_nth_request_fails_with_500_and_it_still_ends_as_one_dataset(
    bench: Bench, request_number: int, after_saving: bool
) -> None:
    bench.server.faults = {request_number: Fault(500, after_saving)}
    answer = bench.write(ENDED)[0]
    bench.server.faults = {}
    bench.clock.now += timedelta(minutes=2)
    if answer.outcome == "waiting":
        answer = bench.write(ENDED)[0]
    assert answer.outcome == "catalogued"
    assert sorted(bench.files(ENDED)) == ["ccd.h5", "scan.h5"]
    assert (bench.dataset(ENDED)["size"], len(bench.server.state.datasets)) == (12, 1)


WEATHER = {
    "cut": Fault(form="cut"),
    "cut after saving": Fault(form="cut", after_saving=True),
    "page": Fault(form="page"),
    "conflict": Fault(409),
    "changed": Fault(412),
    "redirected without end": Fault(302),
    "teapot": Fault(418),
}


@pytest.mark.parametrize("fault", WEATHER.values(), ids=WEATHER.keys())
def test_whatever_the_nth_request_meets_the_sink_goes_on_and_it_ends_as_one_dataset(
    bench: Bench, fault: Fault
) -> None:
    for nth in (1, 2, 3, 4):
        pair = [capture(number, files=[file("a.h5", size=7)]) for number in (2 * nth, 2 * nth + 1)]
        bench.server.faults = {nth: fault}
        assert "catalogued" in outcomes(bench.write(*pair)), "the other one does not suffer"
        bench.server.faults = {}
        bench.clock.now += timedelta(minutes=2)
        assert outcomes(bench.write(*pair)) == ["catalogued"] * 2
        assert [bench.files(message) for message in pair] == [["a.h5"]] * 2
        assert [bench.dataset(message)["size"] for message in pair] == [7, 7]
    assert len(bench.server.state.datasets) == 8


def test_a_dataset_that_is_both_there_and_not_is_looked_at_again(bench: Bench) -> None:
    bench.write(ENDED)
    bench.state.written.delete_many({})
    bench.server.faults = {2: Fault(404)}  # POST: 409, GET: 404, POST: 409, GET: there it is
    assert outcomes(bench.write(ENDED)) == ["catalogued"]
    assert len(bench.server.state.datasets) == 1


def test_a_maintenance_page_in_place_of_everything_holds_everything(bench: Bench) -> None:
    bench.server.maintenance = True
    with pytest.raises(RetryableError, match="not well"):
        bench.write(ENDED)
    with pytest.raises(RetryableError, match="log-in"):
        bench.new_sink()
    bench.server.maintenance = False
    assert outcomes(bench.write(ENDED)) == ["catalogued"]


def test_files_whose_request_timed_out_are_not_sent_again_before_they_can_have_been_saved(
    bench: Bench,
) -> None:
    bench.settings = bench.settings.model_copy(update={"timeout_s": 2})
    bench.sink.close()
    bench.sink = bench.new_sink()
    bench.server.faults = {3: Fault(delay_s=3)}  # POST origdatablocks: answered after we gave up
    assert outcomes(bench.write(ENDED)) == ["waiting"]
    again = bench.write(ENDED)
    assert again[0].outcome in ("waiting", "catalogued")
    assert [call for call in bench.server.requests if call == ("POST", "/origdatablocks")] == []
    bench.clock.now += timedelta(minutes=2)
    wait_for(lambda: bench.files(ENDED), 5, "the late request is saved")
    assert outcomes(bench.write(ENDED)) == ["catalogued"]
    assert sorted(bench.files(ENDED)) == ["ccd.h5", "scan.h5"]


def test_a_request_that_is_saved_after_its_files_were_sent_again_is_found_by_itself(bench: Bench) -> None:
    bench.server.faults = {3: Fault(500)}  # POST origdatablocks: not known to be lost
    assert outcomes(bench.write(ENDED)) == ["waiting"]
    bench.server.faults = {}
    bench.clock.now += timedelta(minutes=2)
    [again] = bench.write(ENDED)
    assert (again.outcome, again.is_final) == ("catalogued", False), "looked at once more"
    [block] = bench.server.state.blocks_of(ENDED.pid)
    names = ("datasetId", "size", "dataFileList")
    bench.server.state.create_block({name: block[name] for name in names})  # the first one, very late
    [last] = bench.write(ENDED)
    assert (last.outcome, last.is_final) == ("catalogued", True)
    assert sorted(bench.files(ENDED)) == ["ccd.h5", "scan.h5"]
    assert bench.dataset(ENDED)["size"] == 12


def test_a_file_that_has_grown_has_its_new_size_in_scicat(bench: Bench) -> None:
    bench.write(ENDED)
    grown = capture(
        files=[file("scan.h5", size=70), file("ccd.h5", size=5), file("new.h5", size=1)], revision=2
    )
    assert outcomes(bench.write(grown)) == ["catalogued"]
    blocks = bench.server.state.blocks_of(ENDED.pid)
    sizes = {item["path"]: item["size"] for block in blocks for item in block["dataFileList"]}
    assert sizes == {"scan.h5": 70, "ccd.h5": 5, "new.h5": 1}
    assert [block["size"] for block in blocks] == [75, 1]
    assert (bench.dataset(ENDED)["size"], bench.dataset(ENDED)["numberOfFiles"]) == (76, 3)
    assert bench.write(grown) and bench.server.requests == []


@pytest.mark.parametrize("may_delete", [True, False])
def test_files_that_are_there_twice_are_counted_once(bench: Bench, may_delete: bool) -> None:
    bench.write(capture(phase="started"))
    block = {"datasetId": ENDED.pid, "size": 12}
    block["dataFileList"] = [  # as by two of our own requests, one of them late
        {"path": name, "size": size, "time": "2026-03-01T12:00:11.000Z"}
        for name, size in (("scan.h5", 7), ("ccd.h5", 5))
    ]
    bench.server.state.create_block(block)
    bench.server.state.create_block(block)
    bench.server.state.may_delete = may_delete
    assert outcomes(bench.write(ENDED)) == ["catalogued"]
    assert (bench.dataset(ENDED)["size"], bench.dataset(ENDED)["numberOfFiles"]) == (12, 2)
    assert len(bench.server.state.blocks_of(ENDED.pid)) == (1 if may_delete else 2)


def test_what_a_person_changed_stays_and_is_named(bench: Bench) -> None:
    bench.write(capture(phase="started", title="first", description="ours"))
    bench.server.state.change_dataset(
        ENDED.pid, {"description": "a person's", "comment": "theirs", "keywords": ["good"]}, "ada", None
    )
    metadata = {**bench.dataset(ENDED)["scientificMetadata"], "note": {"value": "by hand", "unit": ""}}
    bench.server.state.change_dataset(ENDED.pid, {"scientificMetadata": metadata}, "ada", None)
    [answer] = bench.write(capture(title="second", description="ours, changed"))
    dataset = bench.dataset(ENDED)
    assert (dataset["datasetName"], dataset["description"], dataset["comment"], dataset["keywords"]) == (
        "second",
        "a person's",
        "theirs",
        ["good"],
    )
    assert dataset["scientificMetadata"]["note"] == {"value": "by hand", "unit": ""}
    assert dataset["scientificMetadata"]["scan/status"]["value"] == "completed"
    assert answer.reason == "kept what was changed in SciCat: description"


def test_a_lost_memory_does_not_take_our_own_words_for_a_persons(bench: Bench) -> None:
    bench.write(capture(phase="started", description="ours"))
    bench.state.written.delete_many({})
    [answer] = bench.write(capture(description="ours, changed"))
    assert (answer.reason, bench.dataset(ENDED)["description"]) == (None, "ours, changed")


@pytest.mark.parametrize("spoil", ["expire_tokens", "forget_tokens"])
def test_a_session_that_ends_is_opened_again(bench: Bench, spoil: str) -> None:
    getattr(bench.server, spoil)()
    assert outcomes(bench.write(ENDED)) == ["catalogued"]


def test_a_dataset_that_scicat_keeps_refusing_waits_while_others_pass(bench: Bench) -> None:
    office = {**OFFICE, "pi": {"name": "Ada", "email": "not an address"}}
    other = capture(2)
    refused = bench.sink.write([Capture(ENDED, Enrichment(office)), Capture(other, Enrichment(OFFICE))])
    assert outcomes(refused) == ["waiting", "catalogued"]
    assert "contactEmail" in (refused[0].reason or "")


def test_a_pi_without_an_address_is_stood_in_for_by_the_sites_contact(bench: Bench) -> None:
    office = {**OFFICE, "pi": {"name": "Ada Lovelace", "email": None}}
    [refused] = bench.write(ENDED, office=office)
    assert (refused.outcome, "contactEmail" in (refused.reason or "")) == ("waiting", True)
    ownership = bench.settings.ownership.model_copy(update={"contact_email": "beamline@example.org"})
    bench.settings = bench.settings.model_copy(update={"ownership": ownership})
    bench.sink.close()
    bench.sink = bench.new_sink()
    assert outcomes(bench.write(ENDED, office=office)) == ["catalogued"]
    assert bench.dataset(ENDED)["contactEmail"] == "beamline@example.org"
    assert "ownerEmail" not in bench.dataset(ENDED)


@pytest.mark.parametrize(
    ("fields", "office", "reason"),
    [
        ({"proposal": None, "assignment": "none"}, OFFICE, "it belongs to no proposal (assignment none)"),
        ({}, None, "the user office does not know proposal '20260001'"),
    ],
    ids=["unassigned", "unknown proposal"],
)
def test_what_waits_for_the_world(
    bench: Bench, fields: dict[str, Any], office: dict[str, Any] | None, reason: str
) -> None:
    [answer] = bench.write(capture(**fields), office=office)
    assert (answer.outcome, answer.reason) == ("waiting", reason)
    assert bench.server.state.datasets == {}


def test_an_unassigned_capture_is_catalogued_once_staff_assign_it(bench: Bench) -> None:
    bench.write(capture(proposal=None, assignment="none"))
    assert outcomes(bench.write(capture(rank=3, author="staff@office"))) == ["catalogued"]


def test_scicat_that_is_not_well_holds_everything(bench: Bench) -> None:
    bench.server.always = Fault(403)
    bench.server.well = False
    with pytest.raises(RetryableError, match="not well"):
        bench.write(ENDED)


def test_a_wrong_password_is_fatal_and_not_shown(bench: Bench) -> None:
    bench.server.users = {"ingestor": "another"}
    with pytest.raises(FatalError, match="check user and password") as caught:
        bench.sink.prepare()
    assert "aman" not in str(caught.value)


def test_every_value_form_is_accepted(bench: Bench) -> None:
    values = {
        "": value(1),
        "a.b$c": value(2, "µm"),
        "nothing": value(None),
        "infinite": {"value": "Infinity", "unit": "V"},
        "g": {"voltage": value(1, "V"), "undulator": value("LH"), "spectrum": value([1.5, None, 2])},
    }
    derived = capture(2, type="derived", inputs=[ENDED.pid], values=values)
    assert outcomes(bench.write(capture(values=values), derived)) == ["catalogued"] * 2
    assert bench.dataset(ENDED)["scientificMetadata"]["a.b$c"]["unit"] == "um"
    assert bench.dataset(derived)["inputDatasets"] == [ENDED.pid]
