"""The pages: their links lead somewhere, their commands exist, their examples load."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from consumers.cli import cli as scicow
from scizoo.cli.main import main as scizoo
from scizoo.services.system_packages import CHECKOUT
from tango_devices.path_fixer_properties import PathFixerProperties
from tango_devices.properties import Properties, parse_properties, unknown_properties
from tango_devices.sci_dog_properties import SciDogProperties
from tango_devices.sci_fish_properties import SciFishProperties
from tango_devices.sci_fly import SciFlyProperties

HOW_TO = CHECKOUT / "docs/how-to"
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^ *```[^\n]*\n([\s\S]*?)```|^ {4,}([^\n]*)$|`([^`\n]+)`", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[|$>(;]|sudo) *((?:scizoo|scicow) [^|)\n]*)", re.MULTILINE)
FILE = re.compile(r"`([a-z_]+/[\w./-]*)`")
COMMANDS = {"scizoo": scizoo, "scicow": scicow}
MODELS = {
    "PathFixer": PathFixerProperties,
    "SciDog": SciDogProperties,
    "SciFish": SciFishProperties,
    "SciFly": SciFlyProperties,
}
HEADINGS = ("name", "word")
NAMES = [str(page.relative_to(CHECKOUT)) for page in PAGES]


def anchors(page: Path) -> set[str]:
    """Return what ``#…`` may say, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()).strip() for heading in headings)
    return {text.replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_and_option_exists(page: Path) -> None:
    code = "\n".join("".join(found) for found in CODE.findall(page.read_text(encoding="utf-8")))
    for line in COMMAND.findall(code):
        words = [word for word in split(line) if word.strip("…")]
        command, rest = command_of(words)
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        wanted = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert wanted <= known | {"--help", "--version"}, line


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_of_ours_that_is_named_is_there(page: Path) -> None:
    named = FILE.findall(page.read_text(encoding="utf-8"))
    ours = [name for name in named if (CHECKOUT / name.split("/")[0]).is_dir()]
    assert [name for name in ours if not (CHECKOUT / name).exists()] == []


def split(line: str) -> list[str]:
    """Return the words of a command; prose around it may have half a quotation."""
    line = line.split("  ")[0].split("#")[0].rstrip(" \\")
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the innermost command, and the words behind it; of ``plan|apply`` each must exist."""
    command: click.Command = COMMANDS[words[0]]
    rest = words[1:]
    while isinstance(command, click.Group) and rest and re.fullmatch(r"[a-z|-]+", rest[0]):
        names = rest.pop(0).split("|")
        found = [command.get_command(click.Context(command), name) for name in names]
        assert all(found), words
        command = found[0] or command
    return command, rest


def test_every_how_to_is_in_the_list_of_them() -> None:
    listed = set(LINK.findall((HOW_TO / "README.md").read_text(encoding="utf-8")))
    assert {page.name for page in HOW_TO.glob("*.md")} - {"README.md"} <= listed


def examples() -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """Yield class, device and properties of the example for dsconfig."""
    document = json.loads((HOW_TO / "examples/devices.json").read_text(encoding="utf-8"))
    for server, instances in document["servers"].items():
        for classes in instances.values():
            for device, content in classes[server].items():
                yield server, device, content["properties"]


@pytest.mark.parametrize(("server", "device", "lines"), list(examples()))
def test_the_example_devices_are_configured_rightly(
    server: str, device: str, lines: dict[str, list[str]]
) -> None:
    model: type[Properties] = MODELS[server]
    assert re.fullmatch(r"[^/]+/[^/]+/[^/]+", device)
    parse_properties(model, lines)
    assert unknown_properties(model, lines) == []


def test_a_word_has_one_meaning_in_the_glossary() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|", (CHECKOUT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [row for row in rows if row.strip("- ") and row not in HEADINGS]
    elsewhere = words.index(
        "snapshot", words.index("snapshot") + 1
    )  # the table of what others mean by a word
    assert sorted({word for word in words[:elsewhere] if words[:elsewhere].count(word) > 1}) == []
