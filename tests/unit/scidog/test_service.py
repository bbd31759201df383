import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from scidog.errors import (
    RefusedError,
    StaleRevisionError,
    StoreAwayError,
    UnknownSelectionError,
)
from scidog.last_good import LastGood
from scidog.requests import DeleteRequest
from scidog.service import SelectionService
from scidog.testing.memory_store import MemoryStore
from scifish.selection import Entry, Selection

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")
ALL = Selection(name="all", entries=(RING,), author="anna")


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def service(store: MemoryStore, clock: Clock, tmp_path: Path) -> Iterator[SelectionService]:
    service = SelectionService(store, LastGood(tmp_path / "copy.json"), clock)
    yield service
    service.close()


def test_saving_returns_the_selection_with_its_new_revision(service: SelectionService) -> None:
    first = service.save(ALL)
    second = service.save(first.model_copy(update={"comment": "again"}))
    assert (first.revision, second.revision) == (1, 2)
    assert service.get("all") == second


def test_who_saved_when_and_from_where_stands_in_the_history(service: SelectionService, clock: Clock) -> None:
    service.save(ALL, "10.0.0.7 pid 42")
    (saved,) = service.history("all")
    assert (saved.selection.author, saved.client, saved.saved_at) == ("anna", "10.0.0.7 pid 42", clock.time)


def test_a_stale_save_is_refused_and_changes_nothing(service: SelectionService) -> None:
    first = service.save(ALL)
    theirs = service.save(first.model_copy(update={"author": "bert"}))
    with pytest.raises(StaleRevisionError, match="you edited revision 1, but bert saved revision 2"):
        service.save(first.model_copy(update={"author": "cleo"}))
    assert service.get("all") == theirs


def test_of_two_that_save_at_once_one_is_refused(
    service: SelectionService, store: MemoryStore, clock: Clock, tmp_path: Path
) -> None:
    """The other one's revision reaches the store between our look at the history and our own."""
    first = service.save(ALL)
    other = SelectionService(store, LastGood(tmp_path / "other.json"), clock)
    history_of_store = store.history

    class Overtaken(MemoryStore):
        def __init__(self) -> None:
            self.__dict__ = store.__dict__

        def history(self, name: str):  # type: ignore[no-untyped-def]
            seen = history_of_store(name)
            if len(seen) == 1:
                other.save(first.model_copy(update={"author": "bert"}))
            return seen

    overtaken = SelectionService(Overtaken(), LastGood(tmp_path / "mine.json"), clock)
    with pytest.raises(StaleRevisionError, match="bert saved revision 2"):
        overtaken.save(first.model_copy(update={"author": "cleo"}))


def test_saving_the_very_same_again_after_a_lost_answer_is_no_conflict(service: SelectionService) -> None:
    saved = service.save(ALL)
    assert service.save(ALL) == saved
    assert len(service.history("all")) == 1


def test_switching_makes_a_selection_active(service: SelectionService) -> None:
    saved = service.save(ALL)
    service.switch("all")
    assert service.known.active == saved


def test_a_new_revision_of_the_active_selection_is_active_at_once(service: SelectionService) -> None:
    service.save(ALL)
    service.switch("all")
    second = service.save(service.get("all").model_copy(update={"comment": "x"}))
    assert service.known.active == second


def test_switching_to_an_unknown_name_is_refused(service: SelectionService) -> None:
    with pytest.raises(UnknownSelectionError, match="there are: none yet"):
        service.switch("nothing")


def test_the_active_selection_cannot_be_deleted(service: SelectionService) -> None:
    service.save(ALL)
    service.switch("all")
    with pytest.raises(RefusedError, match="make another one active first"):
        service.delete(DeleteRequest(name="all", revision=1))


def test_a_deleted_selection_is_gone_and_its_history_stays(service: SelectionService) -> None:
    service.save(ALL)
    service.delete(DeleteRequest(name="all", revision=1, author="bert"))
    assert service.known.contents is not None
    assert service.known.contents.names == []
    assert [(line.revision, line.deleted) for line in service.history("all")] == [(2, True), (1, False)]
    assert service.history("all")[0].selection.author == "bert"


def test_deleting_a_stale_revision_is_refused(service: SelectionService) -> None:
    service.save(service.save(ALL).model_copy(update={"comment": "x"}))
    with pytest.raises(StaleRevisionError):
        service.delete(DeleteRequest(name="all", revision=1))


def test_the_history_of_a_name_never_used_is_refused(service: SelectionService) -> None:
    with pytest.raises(UnknownSelectionError, match="no selection was ever called 'x'"):
        service.history("x")


def test_while_the_store_is_away_what_was_known_stays(service: SelectionService, store: MemoryStore) -> None:
    service.save(ALL)
    service.switch("all")
    store.away = "no answer"
    assert service.refresh().trouble == "no answer"
    assert service.known.active is not None
    with pytest.raises(StoreAwayError, match="no answer"):
        service.save(ALL.model_copy(update={"revision": 1}))


def test_when_the_store_is_back_the_trouble_ends(service: SelectionService, store: MemoryStore) -> None:
    store.away = "no answer"
    service.refresh()
    store.away = None
    assert service.refresh().trouble is None


def test_after_a_restart_without_the_store_the_copy_on_disk_serves(
    service: SelectionService, clock: Clock, tmp_path: Path
) -> None:
    service.save(ALL)
    service.switch("all")
    away = MemoryStore()
    away.away = "no answer"
    restarted = SelectionService(away, LastGood(tmp_path / "copy.json"), clock)
    assert restarted.known.active == service.known.active
    assert restarted.refresh().as_of == clock.time


def test_an_empty_store_where_selections_are_known_is_another_one_than_ours(
    service: SelectionService, clock: Clock, tmp_path: Path
) -> None:
    """A mount point without its disk: it must not empty the copy, nor take a save."""
    service.save(ALL)
    service.switch("all")
    bare, copy = MemoryStore(), LastGood(tmp_path / "copy.json")
    restarted = SelectionService(bare, copy, clock)
    assert "memory holds nothing, but held selections before" in str(restarted.refresh().trouble)
    assert restarted.known.active == service.known.active
    for ask in (
        lambda: restarted.save(ALL.model_copy(update={"revision": 1})),
        lambda: restarted.switch("all"),
        lambda: restarted.delete(DeleteRequest(name="all", revision=1)),
        lambda: restarted.history("all"),
    ):
        with pytest.raises(StoreAwayError, match=r"To begin anew there, remove .*copy\.json"):
            ask()
    assert bare.is_new()
    copy.path.unlink()
    assert SelectionService(bare, copy, clock).refresh().trouble is None


def test_a_copy_of_a_version_that_wrote_no_place_counts_as_of_this_store(
    service: SelectionService, clock: Clock, tmp_path: Path
) -> None:
    service.save(ALL)
    path = tmp_path / "copy.json"
    told = json.loads(path.read_text())
    del told["place"]
    path.write_text(json.dumps(told))
    assert "held selections before" in str(
        SelectionService(MemoryStore(), LastGood(path), clock).refresh().trouble
    )


def test_an_empty_store_at_another_place_is_a_new_one(
    service: SelectionService, clock: Clock, tmp_path: Path
) -> None:
    service.save(ALL)
    elsewhere = MemoryStore()
    elsewhere.place = "memory, elsewhere"
    moved = SelectionService(elsewhere, LastGood(tmp_path / "copy.json"), clock)
    assert moved.refresh().trouble is None
    assert moved.save(ALL).revision == 1


def test_the_age_of_the_copy_on_disk_is_right_to_a_minute(
    service: SelectionService, clock: Clock, tmp_path: Path
) -> None:
    service.save(ALL)
    clock.time += timedelta(hours=3)
    service.refresh()
    clock.time += timedelta(seconds=59)
    service.refresh()
    copy = LastGood(tmp_path / "copy.json").load()
    assert copy is not None
    assert clock.time - copy.as_of == timedelta(seconds=59)


def test_a_copy_that_cannot_be_understood_is_no_copy(store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "copy.json").write_text("{")
    assert SelectionService(store, LastGood(tmp_path / "copy.json")).known.contents is None


def test_a_copy_that_cannot_be_written_is_told_and_the_store_serves(
    store: MemoryStore, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    service = SelectionService(store, LastGood(tmp_path / "file" / "copy.json"))
    service.save(ALL)
    assert "cannot be written" in str(service.known.copy_trouble)
    assert service.get("all").revision == 1
