"""What looks mean: nothing is called gone, renamed or changed that was only not seen."""

from pathlib import PurePosixPath

import pytest

from scifly.journal_rows import FileRow, State
from scifly.listing import Listing
from scifly.profiles.profile_files import load_profiles
from scifly.settling import Look
from scifly.tracker import Tracker

LOOK = Look(size=5, mtime_ns=1_700_000_000_123_456_789, blocks=8, inode=11)
S01 = PurePosixPath("s01")
FILE = S01 / "a.txt"


def row(state=State.SEEN):
    return FileRow(
        "/d/raw", FILE, "generic", LOOK.size, LOOK.mtime_ns, LOOK.inode, LOOK.mtime_ns, 1, 1, state, 1
    )


def tracker(state=State.SEEN):
    return Tracker(load_profiles(["generic"]), [row(state)])


def test_a_file_that_is_not_where_one_looked_is_gone():
    assert [track.path for track in tracker().update(Listing(everywhere=True), 0.0).gone] == [FILE]
    assert tracker().update(Listing(everywhere=False, folders={S01}), 0.0).gone


@pytest.mark.parametrize(
    "listing",
    [
        Listing(everywhere=False, folders={PurePosixPath()}),
        Listing(everywhere=True, unread={S01}),
        Listing(everywhere=True, unread={PurePosixPath()}),
    ],
    ids=["looked elsewhere", "its folder could not be read", "nothing could be read"],
)
def test_a_file_is_not_gone_where_nobody_could_look(listing):
    assert tracker().update(listing, 0.0).gone == []


def test_a_captured_file_is_never_gone():
    assert tracker(State.CLOSED).update(Listing(everywhere=True), 0.0).gone == []


def test_the_same_file_under_another_name_has_moved():
    moved = Listing(everywhere=True, looks={PurePosixPath("b.txt"): LOOK})
    changes = tracker().update(moved, 0.0)
    assert [track.path for track in changes.moved] == [PurePosixPath("b.txt")]
    assert not changes.new and not changes.gone


def test_a_second_name_beside_the_first_is_another_file():
    both = Listing(everywhere=True, looks={FILE: LOOK, PurePosixPath("b.txt"): LOOK})
    changes = tracker().update(both, 0.0)
    assert [file.path for file in changes.new] == [PurePosixPath("b.txt")] and not changes.moved


def test_the_number_of_an_inode_given_again_is_no_rename_of_a_captured_file():
    again = Listing(everywhere=True, looks={PurePosixPath("b.txt"): Look(6, LOOK.mtime_ns + 1, 8, 0, 11)})
    changes = tracker(State.CLOSED).update(again, 0.0)
    assert [file.path for file in changes.new] == [PurePosixPath("b.txt")] and not changes.moved
