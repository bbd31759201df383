"""Whether a folder is still the same one."""

import pytest

from sdm.folders.identity import Identity, changed_folder

BEFORE = {
    "/data/visitors": Identity(1, 2, 0),
    "/data/visitors/b": Identity(1, 3, 9),
    "/data/visitors/b/raw": Identity(1, 4, 9),
}


def test_the_same_folders_are_the_same():
    assert changed_folder(dict(BEFORE), BEFORE) is None


def test_a_folder_never_seen_is_no_change():
    assert changed_folder({**BEFORE, "/data/visitors/b/new": Identity(1, 9, 61002)}, BEFORE) is None


@pytest.mark.parametrize("other", [Identity(1, 5, 9), Identity(1, 4, 61002), Identity(7, 4, 9)])
def test_another_inode_owner_or_device_is_another_folder(other):
    sentence = changed_folder({**BEFORE, "/data/visitors/b/raw": other}, BEFORE)
    assert "/data/visitors/b/raw is not the folder it was (inode 4 of uid 9 on device 1" in sentence
    assert "scizoo visit trust" in sentence


def test_a_storage_that_was_mounted_anew_is_the_same():
    now = {path: identity._replace(device=50) for path, identity in BEFORE.items()}
    assert changed_folder(now, BEFORE) is None


def test_a_folder_that_another_mount_hides_is_another_one_also_after_a_new_mount():
    now = {path: identity._replace(device=50) for path, identity in BEFORE.items()}
    now["/data/visitors/b/raw"] = Identity(51, 4, 9)
    assert changed_folder(now, BEFORE) is not None
