import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from scidog.errors import StoreAwayError, StoreRefusedError
from scidog.file_store import FileStore
from scidog.saved import Saved
from scifish.selection import Selection

AT = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)


def saved(name: str, revision: int = 1) -> Saved:
    return Saved(selection=Selection(name=name, revision=revision), saved_at=AT)


def test_one_readable_file_per_selection_and_revision(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "scidog")
    store.add(saved("small set"))
    store.add(saved("small set", 2))
    store.set_active("small set")
    files = sorted(path.name for path in (tmp_path / "scidog" / "selections").iterdir())
    assert files == ["small%20set.000001.json", "small%20set.000002.json"]
    assert json.loads((tmp_path / "scidog" / "active.json").read_text()) == {"active": "small set"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "Δx µ", "a.000001.json", "é" * 100, ".hidden", "100 %"])
def test_any_printable_name_becomes_a_file_inside_the_folder(tmp_path: Path, name: str) -> None:
    store = FileStore(tmp_path / "scidog")
    store.add(saved(name))
    assert [found.name for found in store.history(name)] == [name]
    assert [path.parent.parent.name for path in tmp_path.rglob("*.json")] == ["scidog"]


def test_two_long_names_with_the_same_beginning_are_two_selections(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "scidog")
    store.add(saved("é" * 99 + "a"))
    store.add(saved("é" * 99 + "b"))
    assert len(store.contents().newest) == 2


def test_a_disk_that_is_not_mounted_is_away(tmp_path: Path) -> None:
    with pytest.raises(StoreAwayError, match="is the disk mounted"):
        FileStore(tmp_path / "not there" / "scidog").contents()


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    """The disk of the store may be away: an empty folder on its mount point would pass for the store."""
    store = FileStore(tmp_path / "scidog")
    assert store.is_new()
    assert (store.contents().newest, store.history("all"), store.stamp()) == ((), [], "0 None")
    assert not store.folder.exists()


def test_a_file_where_the_folder_was_is_away(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "scidog")
    store.folder.write_text("no folder")
    for ask in (store.stamp, store.is_new, store.contents, lambda: store.add(saved("all"))):
        with pytest.raises(StoreAwayError, match="folder .*scidog: "):
            ask()


def test_a_file_that_is_no_selection_is_named(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "scidog")
    store.add(saved("all"))
    (tmp_path / "scidog" / "selections" / "broken.000001.json").write_text("{}")
    with pytest.raises(
        StoreRefusedError, match=r"broken.000001.json is not a saved selection: .*move it away"
    ):
        store.contents()


@pytest.mark.parametrize("text", [b"all", b"{}", b"\xff\xfe", b"[1]"])
def test_an_active_file_that_cannot_be_understood_is_named(tmp_path: Path, text: bytes) -> None:
    store = FileStore(tmp_path / "scidog")
    store.set_active("all")
    store.active.write_bytes(text)
    with pytest.raises(StoreRefusedError, match=r"active\.json is not"):
        store.stamp()


def test_what_a_killed_writer_left_half_written_is_no_selection(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "scidog")
    store.add(saved("all"))
    (store.selections / ".new-x1y2z3").write_text('{"selection": {"na')
    assert [found.name for found in store.contents().newest] == ["all"]


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "scidog")
    store.add(saved("all"))
    store.set_active("all")
    assert not list(tmp_path.rglob(".new-*"))
