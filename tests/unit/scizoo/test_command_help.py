"""Every command of ``scizoo`` helps: what it does, an example that is a command of ours, one prefix."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from config_gui.ctpathfixer import main as ctpathfixer
from config_gui.main import main as scidog
from scizoo.cli.main import main


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*words, name))
        else:
            yield (*words, name)


def help_of(command: click.Command, *words: str) -> str:
    done = CliRunner().invoke(command, [*words, "--help"])
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_every_command_shows_an_example_of_itself(words):
    shown = help_of(main, *words)
    wanted = "make demo" if words == ("demo",) else f"scizoo {' '.join(words)}"
    examples = re.split(r"Examples?:\n", shown, maxsplit=1)
    assert len(examples) == 2
    assert wanted in examples[1]


@pytest.mark.parametrize(("command", "name"), [(ctpathfixer, "ctpathfixer"), (scidog, "scidog")])
def test_the_windows_do_so_too(command, name):
    assert re.search(rf"Example:\n\s+{name} \S+/\S+/\S+\n", help_of(command))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("status", "--limit", "-1"), 2, "-1"),
        (("path",), 2, "missing: --beamline, --proposal, --visit"),
        (
            ("path", "--parse", "/etc/passwd"),
            1,
            "scizoo: /etc/passwd lies in no visit of maxiv_v1",
        ),
        (
            ("groups", "plan", "20170251", "--settings", "/none"),
            1,
            "scizoo: /none: No such file",
        ),
        (("groups", "plan"), 2, "name either a proposal or --starting-within"),
        (("groups", "apply", "--starting-within", "7"), 2, "'7' is no span: write 7d or 36h"),
    ],
)
def test_what_is_wrong_is_named_with_its_value(words, code, told):
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, told in done.output) == (code, True), done.output
