"""The settings file: checked whole, and the shipped example is a good one."""

from pathlib import Path

import pytest
import yaml

from sdm.groups.errors import DirectoryUnavailableError, GroupsSettingsError
from sdm.groups.local_files import parse_expiry, parse_group, parse_passwd
from sdm.groups.settings_file import example, load_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "groups.yaml"
    path.write_text(example())
    return path


def changed(file: Path, place: str, value: object) -> None:
    content = yaml.safe_load(example())
    *way, last = place.split(".")
    part = content
    for step in way:
        part = part[step]
    part[last] = value
    file.write_text(yaml.safe_dump(content))


def test_the_shipped_example_is_understood(file: Path):
    assert load_settings(file).beamlines["biomax"].service == "svc-biomax"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("gid_rnage", [1, 2]),
        ("gid_range", [70000, 60000]),
        ("gid_range", [1, 60000]),
        ("directory.url", "http://dc1"),
        ("directory.validate", False),
        ("leaver_share", 0),
        ("beamlines", {}),
        ("beamlines.biomax.service", "12345"),
        ("make_home", []),
        ("make_home", "whenever"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(file: Path, place: str, value: object):
    changed(file, place, value)
    with pytest.raises(GroupsSettingsError, match=f"{file}: {place.split('.')[0]}"):
        load_settings(file)


@pytest.mark.parametrize("dialect", ["rfc2307", "rfc2307bis"])
def test_directories_that_give_no_numbers_want_a_range(file: Path, dialect: str):
    content = yaml.safe_load(example())
    content["directory"]["dialect"] = dialect
    del content["gid_range"]
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(GroupsSettingsError, match="gid_range"):
        load_settings(file)


def test_a_missing_file_names_the_option(tmp_path: Path):
    with pytest.raises(GroupsSettingsError, match="--settings"):
        load_settings(tmp_path / "absent.yaml")


def test_local_files_are_read_line_by_line():
    assert parse_group("# x\n+\nbiomax:x:5001:kim,lee\nempty:x:5:\n")[0].members == ("kim", "lee")
    assert parse_passwd("kim:x:1:2:Kim:/home/kim:/bin/sh\n")[0].home == "/home/kim"
    assert parse_expiry("kim:!:1::::::\nlee:!:1::::7:20:\n") == {"lee": 20}


def test_a_torn_line_is_no_account():
    with pytest.raises(DirectoryUnavailableError, match="pwck"):
        parse_passwd("kim:x:1:2\n")
