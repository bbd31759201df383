"""A look never leaves its folder: not through links, names or replaced folders, and it ends."""

import os
from pathlib import Path, PurePosixPath

import pytest

from scifly.errors import FolderError
from scifly.folder import Folder, as_text


def p(text):
    return PurePosixPath(text)


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    (folder / "s01" / "deep").mkdir(parents=True)
    for name in ("a.txt", "s01/b.txt", "s01/deep/c.txt"):
        (folder / name).write_text(name)
    return folder


def test_every_file_below_is_looked_at(raw):
    listing = Folder(raw).look_everywhere()
    assert set(listing.looks) == {p("a.txt"), p("s01/b.txt"), p("s01/deep/c.txt")}
    found = (raw / "a.txt").stat()
    look = listing.looks[p("a.txt")]
    assert (look.size, look.mtime_ns, look.inode) == (found.st_size, found.st_mtime_ns, found.st_ino)
    assert listing.problems == []


def test_some_folders_are_looked_at_and_nothing_deeper(raw):
    listing = Folder(raw).look_in([p("s01")])
    assert set(listing.looks) == {p("s01/b.txt")}
    assert listing.covers(p("s01")) and not listing.covers(p("."))


def test_links_are_not_followed_in_any_place(raw, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "secret.txt").write_text("of another proposal")
    (raw / "linked").symlink_to(other)
    (raw / "secret.txt").symlink_to(other / "secret.txt")
    folder = Folder(raw)
    assert not [path for path in folder.look_everywhere().looks if "secret" in str(path)]
    assert folder.look_in([p("linked")]).looks == {}


def test_a_session_folder_that_is_a_link_is_refused(raw, tmp_path):
    (tmp_path / "link").symlink_to(raw)
    with pytest.raises(FolderError, match="it is a link"):
        Folder(tmp_path / "link").look_everywhere()


@pytest.mark.parametrize("hint", ["..", "../other", "s01/../../other", "/etc", "s01/..", "nosuch", "a.txt"])
def test_a_hint_leads_nowhere_else(raw, tmp_path, hint):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.txt").write_text("x")
    assert Folder(raw).look_in([p(hint)]).looks == {}


def test_pipes_and_sockets_are_no_files(raw):
    os.mkfifo(raw / "pipe.txt")
    assert p("pipe.txt") not in Folder(raw).look_everywhere().looks


def test_a_name_that_is_no_utf8_can_be_looked_at_and_told(raw):
    (Path(os.fsdecode(os.fsencode(raw) + b"/bad\xff.txt"))).write_text("x")
    (bad,) = [path for path in Folder(raw).look_everywhere().looks if "bad" in str(path)]
    assert as_text(bad) == r"bad\xff.txt"


def test_what_is_too_deep_or_too_much_is_left_out_and_named(raw):
    shallow = Folder(raw, depth_limit=1).look_everywhere()
    assert p("s01/b.txt") in shallow.looks and p("s01/deep/c.txt") not in shallow.looks
    assert "deeper than 1" in shallow.problems[0]
    few = Folder(raw, files_limit=2).look_everywhere()
    assert len(few.looks) == 2 and "first 2" in few.problems[0]


def test_nobody_calls_a_file_gone_that_was_only_left_out(raw):
    listing = Folder(raw, depth_limit=1).look_everywhere()
    assert not listing.covers(p("s01/deep")) and listing.covers(p("nosuch"))


def test_a_missing_folder_is_an_error_in_words(tmp_path):
    with pytest.raises(FolderError, match="No such file"):
        Folder(tmp_path / "nosuch").look_everywhere()


def test_another_folder_under_the_same_name_is_noticed(raw):
    folder = Folder(raw)
    before = folder.identity()
    raw.rename(raw.with_name("old"))
    raw.mkdir()
    assert folder.identity() != before
