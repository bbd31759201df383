"""The SciDog device in a process of its own, on a real Tango database."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import tango

from scidog.client import SciDogClient
from scidog.errors import (
    NoAnswerError,
    NotKnownError,
    RefusedError,
    ScidogError,
    StaleRevisionError,
    StoreAwayError,
    UnknownSelectionError,
)
from scidog.mongo_store import INDEX
from scidog.wire_text import wire_json
from scifish.active_selection import SelectionListener
from scifish.selection import Entry, Selection
from scifish.state_folder import host_name
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.mongod import Mongod
from scizoo.services.run_folder import RunFolder
from scizoo.services.simulation import Simulation
from scizoo.services.tango_db import TangoDatabase
from tests.processes import freeze
from tests.quickness import best_seconds, seconds
from tests.serving import serving_many
from tests.waiting import wait_for

RING = Entry(name="Ring current", device="demo/sim/ring", attribute="current")
BROKEN = Entry(group="Bad days", name="broken", device="demo/sim/broken-01", attribute="temperature")
ALL = Selection(name="all", entries=(RING, BROKEN), author="anna")
SMALL = Selection(name="small set", entries=(RING,), author="anna")
QUICK_S = 0.5  # the store itself may take 2 s; commands and reads take milliseconds

NUMBERS = count()

Start = Callable[..., DeviceServer]


@pytest.fixture
def start(tango_db: TangoDatabase, tmp_path: Path) -> Iterator[Start]:
    """Start a SciDog server with these properties, as instance ``t<n>``."""

    def make(**properties: str) -> DeviceServer:
        instance = f"t{next(NUMBERS)}"
        device = Device(f"test/scidog/{instance}", "SciDog", properties)
        server = DeviceServer(
            RunFolder(tmp_path), tango_db.address, f"scidog-{instance}", "SciDog", [device], instance
        )
        return started(server)

    with serving_many() as started:
        yield make


@pytest.fixture
def server(start: Start, tmp_path: Path) -> DeviceServer:
    """A SciDog that keeps its selections in files."""
    return start(Beamline="demo", Store=str(tmp_path / "store"), RefreshPeriod="0.05")


@pytest.fixture
def dog(server: DeviceServer) -> SciDogClient:
    return SciDogClient(server.address)


@pytest.fixture
def mongo(tmp_path: Path) -> Iterator[Mongod]:
    """A mongod of its own, to be killed and frozen."""
    mongod = Mongod(RunFolder(tmp_path / "mongo"))
    mongod.start()
    mongod.wait_ready()
    with mongod.client() as client:  # SciDog gives its first save 2 s, collections and index included
        client["scidog"]["revisions"].create_index(INDEX)
        client["scidog"].create_collection("active")
    yield mongod
    if mongod.alive and mongod.pid:
        os.kill(mongod.pid, signal.SIGCONT)
    mongod.stop()
    mongod.folder.remove_link()


def state_is(dog: SciDogClient, state: str) -> Callable[[], bool]:
    return lambda: dog.standing()[0] == state


def test_a_new_scidog_stands_by_and_says_what_to_do(dog: SciDogClient) -> None:
    wait_for(lambda: dog.standing()[1].startswith("no selection is active"), 10, "first look at the store")
    assert dog.standing() == ("STANDBY", "no selection is active: choose one (ActiveSelectionName)")
    assert dog.active() is None
    assert dog.active_name() == ""
    assert dog.names() == []


def test_a_saved_selection_can_be_switched_to_and_is_published_as_saved(dog: SciDogClient) -> None:
    saved = dog.save(ALL)
    dog.switch("all")
    assert saved.revision == 1
    assert dog.active() == saved
    assert dog.active_name() == "all"
    assert dog.standing() == ("ON", "'all' revision 1 is active (2 entries)")


def test_what_is_saved_can_be_read_back_at_once(dog: SciDogClient) -> None:
    dog.save(SMALL)
    saved = dog.save(ALL)
    assert dog.get("all") == saved
    assert dog.names() == ["all", "small set"]


def test_a_stale_save_is_refused_and_names_both_revisions(dog: SciDogClient) -> None:
    first = dog.save(ALL)
    dog.save(first.model_copy(update={"author": "bert"}))
    with pytest.raises(StaleRevisionError, match="you edited revision 1, but bert saved revision 2"):
        dog.save(first.model_copy(update={"author": "cleo"}))


def test_history_tells_who_claims_it_and_which_process_it_was(dog: SciDogClient) -> None:
    first = dog.save(ALL)
    dog.save(first.model_copy(update={"entries": (RING,), "comment": "without the broken one"}))
    newest, oldest = dog.history("all")
    assert (oldest.revision, oldest.what, oldest.author) == (1, "created", "anna")
    assert (newest.revision, newest.what, newest.comment) == (2, "1 removed", "without the broken one")
    assert newest.client == f"{host_name()} pid {os.getpid()}"


def test_diff_tells_in_words_what_differs(dog: SciDogClient) -> None:
    dog.save(dog.save(ALL).model_copy(update={"entries": (RING,)}))
    assert dog.diff("all", 1, 2) == ["removed Bad days / broken (demo/sim/broken-01/temperature)"]


def test_a_deleted_selection_is_gone_and_the_active_one_cannot_be_deleted(dog: SciDogClient) -> None:
    dog.save(SMALL)
    dog.save(ALL)
    dog.switch("all")
    dog.delete("small set", 1, "bert")
    assert dog.names() == ["all"]
    with pytest.raises(RefusedError, match="make another one active first"):
        dog.delete("all", 1)


def test_a_switch_to_an_unknown_selection_is_refused_at_once(dog: SciDogClient) -> None:
    dog.save(ALL)
    with pytest.raises(UnknownSelectionError, match="there is no selection 'al'; there are: all"):
        dog.switch("al")


def test_a_switch_that_fails_in_the_store_is_told_with_its_reason(start: Start, mongo: Mongod) -> None:
    """The device has not noticed yet that the database is gone when it is asked to switch."""
    dog = SciDogClient(start(Beamline="demo", Store=mongo.address, RefreshPeriod="30").address)
    dog.save(ALL)
    mongo.kill()
    with pytest.raises(StoreAwayError, match="does not answer"):
        dog.switch("all")


def test_what_is_no_selection_is_refused_at_once_with_the_wrong_value(server: DeviceServer) -> None:
    with pytest.raises(tango.DevFailed) as failure:
        server.proxy().SaveSelection(
            '{"name": "x", "entries": [{"name": "y", "device": "a/b", "attribute": "c"}]}'
        )
    assert failure.value.args[0].reason == "SelectionError"
    assert "'a/b' is not a Tango device name" in failure.value.args[0].desc


def test_a_trial_reads_every_entry_or_says_why_not(dog: SciDogClient, simulation: Simulation) -> None:
    ring, broken = dog.test_read(ALL)
    assert ring.entry == RING
    assert isinstance(ring.value, float)
    assert (ring.unit, ring.quality, ring.failure) == ("mA", "VALID", None)
    assert broken.value is None
    assert broken.failure


def test_whoever_listens_hears_of_a_switch_and_of_a_new_revision(
    server: DeviceServer, dog: SciDogClient
) -> None:
    heard: list[str] = []
    proxy = server.proxy()
    kinds = (tango.EventType.CHANGE_EVENT, tango.EventType.ARCHIVE_EVENT)
    numbers = [
        proxy.subscribe_event("ActiveSelection", kind, lambda event: heard.append(event.attr_value.value))
        for kind in kinds
    ]
    first = dog.save(ALL)
    dog.switch("all")
    wait_for(lambda: heard.count(wire_json(first)) == 2, 10, "both kinds of event of the switch")
    second = dog.save(first.model_copy(update={"entries": (RING,)}))
    wait_for(lambda: heard.count(wire_json(second)) == 2, 10, "both kinds of event of the new revision")
    for number in numbers:
        proxy.unsubscribe_event(number)


def test_a_second_scidog_of_the_scope_sees_what_the_first_saved(start: Start, mongo: Mongod) -> None:
    properties = {"Beamline": "demo", "Store": mongo.address, "RefreshPeriod": "0.05"}
    one, other = (SciDogClient(start(**properties).address) for _ in range(2))
    saved = one.save(ALL)
    one.switch("all")
    wait_for(lambda: other.active() == saved, 10, "the other SciDog publishes it")


def test_the_address_of_the_database_may_stand_in_a_file_that_only_its_owner_reads(
    start: Start, mongo: Mongod, tmp_path: Path
) -> None:
    secret = tmp_path / "uri"
    secret.write_text(mongo.address)
    secret.chmod(0o600)
    dog = SciDogClient(
        start(Beamline="demo", Endstation="ea1", Store="mongodb", MongoUriFile=str(secret)).address
    )
    assert dog.save(ALL).revision == 1


def test_a_wrong_property_is_fault_with_a_sentence_and_commands_say_it_too(start: Start) -> None:
    server = start(Beamline="demo", Store="mongodb://anna:hunter2@db/")
    dog = SciDogClient(server.address)
    state, status = dog.standing()
    assert state == "FAULT"
    assert "everybody can read a Tango property" in status
    assert "hunter2" not in status
    with pytest.raises(RefusedError, match="SciDog is not configured"):
        dog.get("all")


def test_a_property_nobody_reads_is_alarm_and_named(start: Start, tmp_path: Path) -> None:
    dog = SciDogClient(start(Beamline="demo", Store=str(tmp_path / "s"), Sotre="/x").address)
    wait_for(state_is(dog, "ALARM"), 10, "ALARM")
    assert "unknown property: Sotre" in dog.standing()[1]


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_its_database_the_last_good_copy_serves_and_no_read_waits(
    start: Start, mongo: Mongod, how: str
) -> None:
    server = start(Beamline="demo", Store=mongo.address, RefreshPeriod="0.05")
    dog, proxy = SciDogClient(server.address), server.proxy()
    saved = dog.save(ALL)
    dog.switch("all")
    _lose(mongo, how)

    assert _ninth_decile_of_reads(proxy, until=state_is(dog, "ALARM")) < QUICK_S
    assert "does not answer" in dog.standing()[1]
    assert "showing the last good copy" in dog.standing()[1]
    assert dog.active() == saved

    begin = time.monotonic()
    job = proxy.SaveSelection(wire_json(saved))
    assert time.monotonic() - begin < 1.5, "less than the store itself may take"
    assert job.startswith("save-")
    with pytest.raises(StoreAwayError, match="does not answer"):
        dog.save(saved.model_copy(update={"comment": "now?"}))
    with pytest.raises(RefusedError, match="cannot switch now"):
        dog.switch("all")

    _bring_back(mongo, how)
    wait_for(state_is(dog, "ON"), 15, "ON again")
    assert dog.save(dog.get("all")).revision > saved.revision


def test_a_scidog_that_starts_without_its_database_serves_the_copy(start: Start, mongo: Mongod) -> None:
    server = start(Beamline="demo", Store=mongo.address, RefreshPeriod="0.05")
    dog = SciDogClient(server.address)
    saved = dog.save(ALL)
    dog.switch("all")
    mongo.stop()
    server.restart()
    assert dog.active() == saved
    wait_for(state_is(dog, "ALARM"), 10, "ALARM")


def test_without_database_and_copy_nothing_is_known_which_is_not_none_active(
    start: Start, tmp_path: Path
) -> None:
    """A producer that listens must keep its own copy, so the attribute is an error, not empty."""
    server = start(Beamline="demo", Store=str(tmp_path / "not mounted" / "store"), RefreshPeriod="0.05")
    dog, listener = SciDogClient(server.address), SelectionListener(server.address, tmp_path / "copy.json")
    wait_for(state_is(dog, "ALARM"), 10, "ALARM")
    for ask in (dog.active, dog.active_name, dog.names):
        with pytest.raises(NotKnownError, match="is the disk mounted"):
            ask()
    wait_for(lambda: "is the disk mounted" in str(listener.known().note), 5, "the listener knows why")
    listener.close()


def test_a_producer_follows_the_active_selection_and_keeps_it_when_scidog_is_gone(
    server: DeviceServer, dog: SciDogClient, tmp_path: Path
) -> None:
    listener = SelectionListener(server.address, tmp_path / "copy.json")
    saved = dog.save(ALL)
    dog.switch("all")
    wait_for(lambda: listener.known().selection == saved, 5, "the listener knows it")
    server.kill()
    wait_for(lambda: listener.known().note, 15, "the listener notices")
    assert listener.known().selection == saved
    listener.close()


def test_init_with_a_frozen_database_does_not_wait_for_it(start: Start, mongo: Mongod) -> None:
    server = start(Beamline="demo", Store=mongo.address, RefreshPeriod="0.05")
    proxy = server.proxy()
    SciDogClient(server.address).save(ALL)
    _lose(mongo, "frozen")
    assert best_seconds(proxy.Init, 1, 3) < 1
    assert list(proxy.Selections) == ["all"]


def test_jobs_are_string_spectra_of_one_json_each(server: DeviceServer, dog: SciDogClient) -> None:
    dog.save(ALL)
    states, results = (
        [json.loads(text) for text in getattr(server.proxy(), name)] for name in ("JobState", "JobResult")
    )
    assert [(job["id"], job["state"]) for job in states] == [("save-1", "done")]
    assert results[0]["result"]["revision"] == 1


def test_two_clients_that_save_at_once_both_get_their_answer(server: DeviceServer) -> None:
    dogs = [SciDogClient(server.address) for _ in range(2)]
    jobs = [SMALL.model_copy(update={"name": f"set {number}"}) for number in range(20)]
    saved = [dogs[number % 2].save(job) for number, job in enumerate(jobs)]
    assert {item.revision for item in saved} == {1}


def test_a_device_that_is_not_there_is_no_answer_with_its_name(tango_db: TangoDatabase) -> None:
    with pytest.raises(NoAnswerError, match="test/scidog/nobody does not answer"):
        SciDogClient("test/scidog/nobody").names()


def test_names_of_entries_and_units_may_be_of_any_script(dog: SciDogClient) -> None:
    greek = RING.model_copy(update={"group": "Δx", "unit": "Å⁻¹", "mapping": {"1": "выкл → off"}})
    saved = dog.save(ALL.model_copy(update={"entries": (greek,), "comment": "…"}))
    dog.switch("all")
    assert dog.active() == dog.get("all") == saved
    dog.save(saved.model_copy(update={"entries": ()}))
    assert dog.diff("all", 1, 2) == ["removed Δx / Ring current (demo/sim/ring/current)"]


def test_a_selection_whose_name_tango_cannot_carry_is_refused(dog: SciDogClient) -> None:
    with pytest.raises(RefusedError, match=r"holds '\\u0394', which TANGO cannot carry"):
        dog.save(ALL.model_copy(update={"name": "Δx"}))
    assert dog.save(ALL.model_copy(update={"name": "größe µm"})).name == "größe µm"
    dog.switch("größe µm")


def test_every_refusal_is_an_error_of_scidog(dog: SciDogClient) -> None:
    for act in (lambda: dog.get("x"), lambda: dog.history("x"), lambda: dog.diff("x", 1, 2)):
        with pytest.raises(ScidogError, match="'x'"):
            act()


def _lose(mongo: Mongod, how: str) -> None:
    assert mongo.pid
    if how == "frozen":
        freeze(mongo.pid)
    else:
        os.kill(mongo.pid, signal.SIGKILL)


def _bring_back(mongo: Mongod, how: str) -> None:
    if how == "frozen" and mongo.pid:
        os.kill(mongo.pid, signal.SIGCONT)
    else:
        mongo.restart()


def _ninth_decile_of_reads(proxy: tango.DeviceProxy, until: Callable[[], bool]) -> float:
    shown = ["ActiveSelection", "ActiveSelectionName", "Selections", "State", "JobState"]
    took: list[float] = []

    def read_on() -> bool:
        took.append(seconds(lambda: proxy.read_attributes(shown)))
        return until()

    wait_for(read_on, 60, "the device noticed")
    return sorted(took)[len(took) * 9 // 10]
