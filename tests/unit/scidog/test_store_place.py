from pathlib import Path

import pytest

from scidog.errors import StoreRefusedError
from scidog.file_store import FileStore
from scidog.mongo_store import MongoStore
from scidog.store_place import URI_VARIABLE, open_store

SECRET = "mongodb://scidog:hunter2@db.example.org/"


def test_an_absolute_folder_is_a_file_store(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), "demo", {})
    assert isinstance(store, FileStore)
    assert store.place == f"folder {tmp_path}"


def test_an_address_without_a_password_may_stand_in_the_property() -> None:
    assert isinstance(open_store("mongodb://127.0.0.1:27017", "demo", {}), MongoStore)


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(StoreRefusedError, match="everybody can read a Tango property") as refusal:
        open_store(SECRET, "demo", {})
    assert "hunter2" not in str(refusal.value)


def test_the_address_comes_from_a_file_of_mode_0600(tmp_path: Path) -> None:
    path = tmp_path / "uri"
    path.write_text(SECRET)
    path.chmod(0o600)
    assert isinstance(open_store("mongodb", "demo", {}, path), MongoStore)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "uri"
    path.write_text(SECRET)
    path.chmod(0o640)
    with pytest.raises(StoreRefusedError, match="chmod 600"):
        open_store("mongodb", "demo", {}, path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreRefusedError, match="cannot be read: No such file"):
        open_store("mongodb", "demo", {}, tmp_path / "uri")


def test_the_address_comes_from_the_environment() -> None:
    store = open_store("mongodb", "demo/ea1", {URI_VARIABLE: SECRET})
    assert store.place == "MongoDB database scidog, demo/ea1"


def test_without_an_address_the_ways_to_give_it_are_named() -> None:
    with pytest.raises(StoreRefusedError, match=r"MongoUriFile\) or set SCIDOG_MONGO_URI"):
        open_store("mongodb", "demo", {})


@pytest.mark.parametrize("place", ["", "relative/folder", "http://host"])
def test_anything_else_is_refused_with_the_three_forms(place: str) -> None:
    with pytest.raises(StoreRefusedError, match="neither an absolute folder"):
        open_store(place, "demo", {})
