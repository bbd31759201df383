"""The command line: usage, exit codes, examples."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from consumers.cli import cli
from consumers.waiting_room import wait_s

COMMANDS = [
    ["run"],
    ["topics", "plan"],
    ["topics", "apply"],
    ["waiting", "list"],
    ["waiting", "retry"],
    ["book"],
    ["dead-letters", "list"],
    ["dead-letters", "replay"],
    ["dead-letters", "discard"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(cli, [*words, "--help"])
    assert result.exit_code == 0
    assert f"scicow {' '.join(words)} " in result.output


def test_usage_is_2() -> None:
    assert CliRunner().invoke(cli, ["run", "--sink", "nowhere"]).exit_code == 2


@pytest.mark.parametrize("word", ["replay", "discard"])
def test_a_letter_must_be_named(word: str) -> None:
    more = ["--reason", "x"] if word == "discard" else []
    words = ["dead-letters", word, "--config", "none", "--beamline", "demo", *more]
    result = CliRunner().invoke(cli, words)
    assert (result.exit_code, "--offset or --pid" in result.output) == (2, True)


def test_a_bad_configuration_is_2_and_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "consumers.cli", "topics", "plan", "--config", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == f"scicow: {tmp_path / 'none'}: No such file or directory\n"


def test_waiting_doubles_from_a_minute_to_six_hours() -> None:
    assert [wait_s(tries, "world") for tries in (0, 1, 2, 9, 1000)] == [60, 120, 240, 21_600, 21_600]


def test_waiting_for_the_user_office_is_never_longer_than_a_quarter_of_an_hour() -> None:
    assert [wait_s(tries, "office") for tries in (0, 3, 4, 1000)] == [60, 480, 900, 900]
