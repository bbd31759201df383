"""What only MongoDB can do to us."""

import time
from uuid import uuid4

import pytest

from scidog.errors import StoreAwayError, StoreRefusedError
from scidog.mongo_store import MongoStore
from scidog.saved import Saved
from scidog.service import utc_now
from scifish.selection import Selection
from scizoo.services.mongod import Mongod
from scizoo.services.ports import free_port

ALL = Saved(selection=Selection(name="all", revision=1), saved_at=utc_now())


def database() -> str:
    return f"scidog_{uuid4().hex[:8]}"


def test_two_scopes_of_one_database_do_not_see_each_other(mongod: Mongod) -> None:
    name = database()
    one, other = (MongoStore(mongod.address, scope, name, 5.0) for scope in ("demo/ea1", "demo/ea2"))
    one.add(ALL)
    one.set_active("all")
    assert other.contents().newest == ()
    assert other.contents().active is None
    one.close()
    other.close()


def test_a_database_that_is_not_there_is_away_within_its_limit() -> None:
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}", "demo", timeout_s=0.5)
    begin = time.monotonic()
    with pytest.raises(StoreAwayError, match="MongoDB database scidog, demo does not answer"):
        store.contents()
    assert time.monotonic() - begin < 10
    store.close()


def test_an_address_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(StoreRefusedError, match="the MongoDB address cannot be used") as refusal:
        MongoStore("mongodb://scidog:hunter2@127.0.0.1:port/", "demo").contents()
    assert "hunter2" not in str(refusal.value)


def test_a_document_that_is_no_selection_is_named(mongod: Mongod) -> None:
    name = database()
    store = MongoStore(mongod.address, "demo", name, 5.0)
    with mongod.client() as client:
        client[name].revisions.insert_one(
            {"_id": {"scope": "demo", "name": "x", "revision": 1}, "deleted": False}
        )
    with pytest.raises(StoreRefusedError, match=r"'name': 'x'.*is no saved selection"):
        store.contents()
    store.close()


def test_what_was_saved_can_be_read_by_a_person_in_the_database(mongod: Mongod) -> None:
    name = database()
    store = MongoStore(mongod.address, "demo", name, 5.0)
    store.add(ALL)
    with mongod.client() as client:
        document = client[name].revisions.find_one({"_id.name": "all"})
    assert document is not None
    assert document["saved_at"] == ALL.saved_at
    assert document["selection"]["name"] == "all"
    store.close()
