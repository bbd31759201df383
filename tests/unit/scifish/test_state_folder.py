"""The state folder proves that captures can be kept before anything relies on it."""

import os
import subprocess
import sys

import pytest

from scifish.errors import SettingsError
from scifish.state_folder import StateFolder, file_system_of, find_state_folder, host_name
from tests.open_to_all import let_everybody_enter


def test_the_environment_wins(tmp_path):
    assert find_state_folder({"SCIZOO_STATE": str(tmp_path)}).path == tmp_path


def test_the_only_folder_is_found_without_being_told(tmp_path):
    (tmp_path / "biomax").mkdir()
    (tmp_path / "biomax" / "settings.json").touch()
    assert find_state_folder({}, root=tmp_path).path == tmp_path / "biomax"


@pytest.mark.parametrize("names", [[], ["biomax", "cosaxs"]])
def test_none_or_two_folders_are_a_question(tmp_path, names):
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.json").touch()
    with pytest.raises(SettingsError, match="set SCIZOO_STATE"):
        find_state_folder({}, root=tmp_path)


def test_sub_folders_are_shared_by_the_group(tmp_path):
    tmp_path.chmod(0o2770)
    folder = StateFolder(tmp_path)
    old = os.umask(0o022)
    try:
        folder.prepare()
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o7777 for path in (folder.spools, folder.producers)} == {0o2770}
    folder.prepare()


@pytest.mark.parametrize("mode", [0o0770, 0o2750, 0o2700, 0o0755])
def test_a_folder_that_the_group_does_not_share_is_refused_in_words(tmp_path, mode):
    tmp_path.chmod(mode)
    with pytest.raises(SettingsError, match=f"has mode {mode:04o}.*chmod 2770"):
        StateFolder(tmp_path).prepare()
    assert list(tmp_path.iterdir()) == []


def test_sub_folders_made_by_somebody_else_are_made_shared(tmp_path):
    folder = StateFolder(tmp_path)
    folder.spools.mkdir(mode=0o700)
    tmp_path.chmod(0o2770)
    folder.prepare()
    assert {path.stat().st_mode & 0o7777 for path in (folder.spools, folder.producers)} == {0o2770}


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(SettingsError, match="does not exist"):
        StateFolder(tmp_path / "nowhere").prepare()


def test_a_network_file_system_is_known_by_its_mount(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    assert file_system_of(tmp_path / "spools", mounts) == "nfs4"
    assert file_system_of(tmp_path.parent, mounts) == "ext4"


def test_the_host_may_be_given_a_name():
    assert host_name({"SCIZOO_HOST": "ec-2"}) == "ec-2"
    assert host_name({}) and "." not in host_name({})


FIND = """
import os, sys
from pathlib import Path
from scifish.state_folder import find_state_folder
os.setgroups([]); os.setresgid(61010, 61010, 61010); os.setresuid(61002, 61002, 61002)
print(find_state_folder({}, root=Path(sys.argv[1])).path.name)
"""


@pytest.mark.needs_root
def test_path_fixers_own_folder_beside_it_is_closed_to_sardanas_account_and_no_obstacle(tmp_path):
    let_everybody_enter(tmp_path)
    (tmp_path / "biomax").mkdir(mode=0o755)
    (tmp_path / "biomax" / "settings.json").touch()
    (tmp_path / "pathfixer").mkdir(mode=0o700)
    command = [sys.executable, "-c", FIND, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "biomax\n", done.stderr
