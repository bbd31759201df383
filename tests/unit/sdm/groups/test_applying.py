"""Steps are looked at before and after, logged, and told apart."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sdm.errors import FolderError
from sdm.groups.applying import apply_steps
from sdm.groups.change_log import Author, ChangeLog
from sdm.groups.errors import DirectoryUnavailableError, GroupsSettingsError
from sdm.groups.local_groups import LocalGroups
from sdm.groups.settings import GroupsSettings
from sdm.groups.steps import Site, Step
from sdm.rule_files import load_rules

NOW = datetime(2026, 11, 21, 8, tzinfo=timezone.utc)
SETTINGS = {"directory": {"dialect": "local"}, "beamlines": {"biomax": {"service": "svc", "group": "biomax"}}}
SITE = Site(LocalGroups("/", lambda: NOW), GroupsSettings.model_validate(SETTINGS), load_rules("maxiv_v1"))


def nothing() -> None:
    """Do nothing, successfully."""


def fail(error: Exception) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


@dataclass(frozen=True)
class Trial(Step):
    """A step that is so once it was done, unless its act does not do it."""

    name: str
    act: Callable[[], None] | None = None
    needed: str = ""
    made: str = ""
    state: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return self.name

    @property
    def needs(self) -> str:
        return self.needed

    @property
    def makes(self) -> str:
        return self.made

    def is_done(self, site: Site) -> bool:
        return "done" in self.state

    def do(self, site: Site) -> None:
        if self.act is None:
            self.state.add("done")
        else:
            self.act()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ChangeLog]:
    made = ChangeLog(tmp_path / "deep/changes.jsonl", Author("root", "kim", "here"), "a test", lambda: NOW)
    yield made
    made.close()


def outcomes(steps: list[Trial], log: ChangeLog) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in apply_steps(steps, SITE, log)]


def test_what_is_so_already_is_left_alone(log: ChangeLog):
    assert outcomes([Trial("a", fail(AssertionError()), state={"done"})], log) == [("already so", "")]


def test_success_counts_only_when_it_is_read_again(log: ChangeLog):
    lie = Trial("a", nothing)
    assert outcomes([lie], log) == [("failed", "the directory agreed, and read again it is not so")]


def test_a_failure_leaves_out_what_needs_it_and_nothing_else(log: ChangeLog):
    make = Trial("make", fail(FolderError("full")), made="g")
    steps = [make, Trial("in g", needed="g"), Trial("in h", needed="h")]
    assert outcomes(steps, log) == [("failed", "full"), ("not done", "g could not be made"), ("done", "")]


def test_a_directory_that_is_away_leaves_out_all_that_follow(log: ChangeLog):
    away = Trial("a", fail(DirectoryUnavailableError("silence")))
    assert outcomes([away, Trial("b")], log) == [
        ("failed", "silence"),
        ("not done", "the directory did not answer"),
    ]


def test_the_log_tells_what_was_begun_done_and_failed(log: ChangeLog, tmp_path: Path):
    log.proposal = "20260101"
    apply_steps([Trial("a"), Trial("b", fail(FolderError("full")))], SITE, log)
    file = tmp_path / "deep/changes.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    told = [(line["outcome"], line["step"], line["reason"]) for line in lines]
    assert told == [("begun", "a", ""), ("done", "a", ""), ("begun", "b", ""), ("failed", "b", "full")]
    assert lines[0] == {
        "at": "2026-11-21T08:00:00.000+00:00",
        "proposal": "20260101",
        "outcome": "begun",
        "step": "a",
        "reason": "",
        "why": "a test",
        "account": "root",
        "behind_sudo": "kim",
        "host": "here",
    }
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_log_that_cannot_be_written_is_refused_before_the_first_change(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path, tmp_path / "link"):
        with pytest.raises(GroupsSettingsError, match="change_log"):
            ChangeLog(path, Author("root", "", "here"), "a test", lambda: NOW)
