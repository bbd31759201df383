"""What every store promises, asked of each of them: files, a real MongoDB, and the shipped fake."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from scidog.errors import RevisionTakenError
from scidog.file_store import FileStore
from scidog.mongo_store import MongoStore
from scidog.saved import Saved
from scidog.store import Store
from scidog.testing.memory_store import MemoryStore
from scifish.selection import Entry, Selection
from scizoo.services.mongod import Mongod

AT = datetime(2026, 11, 21, 10, 0, 0, 123_000, tzinfo=timezone.utc)
ENTRIES = (
    Entry(name="Ring current", device="r1/dia/ring", attribute="current", unit="mA"),
    Entry(group="Vacuum", name="p", device="b1/vac/gauge", attribute="p", mapping={"0.5": "$half", "1": "µ"}),
)


@pytest.fixture(params=["files", "mongodb", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    make: dict[str, Callable[[], Store]] = {
        "files": lambda: FileStore(tmp_path / "scidog"),
        "mongodb": lambda: MongoStore(_address(request), "demo", f"scidog_{uuid4().hex[:8]}", 5.0),
        "memory": MemoryStore,
    }
    store = make[request.param]()
    yield store
    store.close()


def _address(request: pytest.FixtureRequest) -> str:
    mongod: Mongod = request.getfixturevalue("mongod")
    return mongod.address


def saved(name: str, revision: int, author: str = "anna", deleted: bool = False) -> Saved:
    selection = Selection(name=name, revision=revision, entries=ENTRIES, author=author)
    return Saved(selection=selection, saved_at=AT, client="127.0.0.1 pid 7", deleted=deleted)


def test_an_empty_store_has_nothing(store: Store) -> None:
    assert store.contents().newest == ()
    assert store.contents().active is None
    assert store.history("all") == []
    assert store.is_new()


def test_a_store_whose_selections_are_all_deleted_is_no_new_one(store: Store) -> None:
    store.add(saved("all", 1))
    assert not store.is_new()
    store.add(saved("all", 2, deleted=True))
    assert not store.is_new()


def test_what_was_added_comes_back_unchanged(store: Store) -> None:
    store.add(saved("all", 1))
    assert store.history("all") == [saved("all", 1)]


def test_the_contents_are_the_newest_revisions_by_name(store: Store) -> None:
    for item in (saved("small", 1), saved("all", 1), saved("all", 2), saved("all", 3)):
        store.add(item)
    assert store.contents().newest == (saved("all", 3), saved("small", 1))


def test_every_revision_is_kept_newest_first(store: Store) -> None:
    for revision in range(1, 13):
        store.add(saved("all", revision))
    assert [item.revision for item in store.history("all")] == list(range(12, 0, -1))


def test_a_deleted_selection_is_not_among_the_contents_and_keeps_its_history(store: Store) -> None:
    store.add(saved("all", 1))
    store.add(saved("all", 2, deleted=True))
    assert store.contents().newest == ()
    assert [item.deleted for item in store.history("all")] == [True, False]


def test_a_revision_is_never_replaced(store: Store) -> None:
    store.add(saved("all", 1))
    with pytest.raises(RevisionTakenError):
        store.add(saved("all", 1, author="bert"))
    assert store.history("all") == [saved("all", 1)]


def test_adding_the_very_same_revision_again_is_no_error(store: Store) -> None:
    store.add(saved("all", 1))
    store.add(saved("all", 1))
    assert store.history("all") == [saved("all", 1)]


def test_of_many_that_add_one_revision_at_once_exactly_one_succeeds(store: Store) -> None:
    def add(author: str) -> bool:
        try:
            store.add(saved("all", 1, author))
        except RevisionTakenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(add, (f"author {number}" for number in range(8))))
    assert outcomes.count(True) == 1
    assert store.history("all")[0].selection.author == f"author {outcomes.index(True)}"


def test_the_active_name_is_kept(store: Store) -> None:
    store.set_active("all")
    store.set_active("small")
    assert store.contents().active == "small"


def test_the_stamp_changes_with_every_change_and_only_then(store: Store) -> None:
    stamps = [store.stamp()]
    for change in (
        lambda: store.add(saved("all", 1)),
        lambda: store.add(saved("all", 2)),
        lambda: store.set_active("all"),
        lambda: store.add(saved("small", 1)),
        lambda: store.add(saved("small", 2, deleted=True)),
    ):
        change()
        stamps.append(store.stamp())
        assert store.stamp() == stamps[-1]
    assert len(set(stamps)) == len(stamps)
