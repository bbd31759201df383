"""A capture host's settings: readable without any device, and clear when they are wrong."""

import pytest

from scifish.errors import SettingsError
from scifish.settings import Settings, Station, load_settings, parse_station, save_settings

LINES = ("Door/demo/1=a/b/pf1,a/b/dog1,left", "macroserver/demo/1=a/b/pf2", "*=a/b/pf3,,right")


def settings(**changes):
    given = {"beamline": "demo", "facility": "maxiv", "pid_prefix": "20.500.12345", **changes}
    return Settings.model_validate(given)


@pytest.mark.parametrize(
    ("door", "macro_server", "path_fixer"),
    [
        ("door/DEMO/1", "macroserver/demo/1", "a/b/pf1"),
        ("door/demo/2", "macroserver/demo/1", "a/b/pf2"),
        ("door/other/1", "macroserver/other/1", "a/b/pf3"),
        (None, None, "a/b/pf3"),
    ],
)
def test_the_first_match_from_door_to_star_counts(door, macro_server, path_fixer):
    stations = tuple(parse_station(line) for line in LINES)
    assert settings(stations=stations).station(door, macro_server).path_fixer == path_fixer


def test_without_a_match_there_is_neither_session_nor_selection():
    assert settings().station("door/demo/1") == Station(match="*")


@pytest.mark.parametrize("line", ["", "door", "=a/b/c", "door/demo/1=a,b,c,d", "a b=c"])
def test_a_sessions_line_of_another_form_is_refused(line):
    with pytest.raises(SettingsError, match="Sessions line"):
        parse_station(line)


def test_settings_survive_the_disk(tmp_path):
    kept = settings(stations=tuple(parse_station(line) for line in LINES), begin_wait_s=0)
    save_settings(tmp_path, kept)
    assert load_settings(tmp_path) == kept
    assert (tmp_path / "settings.json").stat().st_mode & 0o777 == 0o660


def test_settings_that_cannot_be_put_in_place_leave_nothing_behind(tmp_path):
    (tmp_path / "settings.json").mkdir()
    with pytest.raises(SettingsError, match="cannot be written"):
        save_settings(tmp_path, settings())
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_missing_settings_say_what_to_start(tmp_path):
    with pytest.raises(SettingsError, match="start the SciFish device"):
        load_settings(tmp_path)


@pytest.mark.parametrize("text", ["", "{", '{"beamline": "X"}', '{"beamline": "demo", "colour": 1}'])
def test_damaged_settings_are_named(tmp_path, text):
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(SettingsError, match="settings.json"):
        load_settings(tmp_path)
