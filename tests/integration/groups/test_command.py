"""``scizoo groups`` as staff and a timer use it, with the groups of a machine."""

import fcntl
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from scizoo.cli.main import main
from sdm.testing.duo_server import SECRET, DuoServer, Fault
from sdm.user_office.protocol import Block, Person, Proposal
from tests.integration.groups.conftest import living
from tests.integration.groups.worlds import LocalWorld
from tests.open_to_all import let_everybody_enter


class Desk:
    """Where staff type."""

    def __init__(self, world: LocalWorld) -> None:
        self.world = world
        self.office = world.folder / "office.yaml"
        self.settings = world.folder / "groups.yaml"
        settings = world.settings(user_office_settings={"file": str(self.office)})
        self.settings.write_text(yaml.safe_dump(json.loads(settings.model_dump_json())))
        self.proposals({"number": "20260101"})

    def proposals(self, *proposals: dict[str, Any]) -> None:
        fields = {"beamlines": ["biomax"], "pi": {"account": "kim"}, "members": [{"account": "lee"}]}
        self.office.write_text(yaml.safe_dump({"proposals": [{**fields, **one} for one in proposals]}))

    def ask_duo(self, duo: DuoServer) -> None:
        secret = self.world.folder / "duo.secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        settings = yaml.safe_load(self.settings.read_text())
        settings["user_office"] = "duo"
        settings["user_office_settings"] = {
            "url": duo.url,
            "facility": duo.facility,
            "secret_file": str(secret),
            "attempts": "1",
        }
        self.settings.write_text(yaml.safe_dump(settings))

    def type(self, *words: str) -> Result:
        words = ("groups", *words, "--settings", str(self.settings))
        return CliRunner().invoke(main, words)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    let_everybody_enter(tmp_path)
    for world in living(LocalWorld(tmp_path)):
        assert isinstance(world, LocalWorld)
        yield Desk(world)


def block(hours: float) -> dict[str, Any]:
    start = datetime.now(timezone.utc) + timedelta(hours=hours)
    return {"beamline": "biomax", "start": start.isoformat(), "end": (start + timedelta(hours=8)).isoformat()}


def test_plan_shows_each_step_and_changes_nothing(desk: Desk):
    done = desk.type("plan", "20260101")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "20260101, group 20260101-group: 17 planned"
    assert lines[1] == "  + make group 20260101-group, gid 60000, with det-biomax"
    assert lines[-2].startswith("  + make ")
    assert lines[-1] == (
        "  ~ presto, vpn can hold no group here: accounts are added one by one, and who leaves stays in them"
    )
    assert desk.world.listed("20260101-group") == set()


@pytest.mark.needs_root
def test_apply_does_it_and_a_second_run_has_nothing_to_do(desk: Desk):
    done = desk.type("apply", "20260101", "--why", "ticket 4711")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("20260101, group 20260101-group: 17 done\n  ✓ make group")
    assert desk.world.listed("20260101-group") == {"kim", "lee", "sam", "svc-biomax", "det-biomax"}
    log = desk.world.folder / "changes.jsonl"
    assert {json.loads(line)["why"] for line in log.read_text().splitlines()} == {"ticket 4711"}
    again = desk.type("apply", "20260101")
    assert (again.exit_code, again.output.splitlines()[0]) == (
        0,
        "20260101, group 20260101-group: nothing to do",
    )


@pytest.mark.needs_root
def test_a_timer_takes_what_starts_within_its_span(desk: Desk):
    desk.proposals(
        {"number": "20260101", "schedule": [block(30)]},
        {"number": "20260102", "schedule": [block(24 * 9)]},
        {"number": "20260103", "schedule": [block(-2)]},
    )
    done = desk.type("apply", "--starting-within", "7d", "--json")
    assert done.exit_code == 0, done.output
    assert [report["group"] for report in json.loads(done.output)] == ["20260101-group", "20260103-group"]
    assert desk.world.listed("20260102-group") == set()


def test_a_held_plan_is_red_and_says_how_to_go_on(desk: Desk):
    desk.proposals({"number": "20260101", "pi": {}, "members": []})
    done = desk.type("apply", "20260101")
    assert done.exit_code == 1
    assert (
        "! held: the user office names nobody with an account; nothing is changed without --yes"
        in done.output
    )
    assert desk.world.listed("20260101-group") == set()


def test_an_error_of_the_office_changes_nothing_even_with_a_yes(desk: Desk):
    desk.office.write_text("proposals: [")
    for words in (("apply", "20260101", "--yes"), ("apply", "--starting-within", "7d")):
        done = desk.type(*words)
        assert done.exit_code == 1
        assert "is no YAML" in done.output
    assert desk.world.listed("20260101-group") == set()


def test_one_proposal_that_cannot_be_done_does_not_keep_the_others(desk: Desk):
    orphan = {"number": "20260100", "schedule": [block(1)], "parent": "20000001"}
    desk.proposals(orphan, {"number": "20260101", "schedule": [block(1)]})
    done = desk.type("plan", "--starting-within", "24h")
    assert done.exit_code == 1
    assert "✗ 20260100: the user office knows no proposal '20000001'" in done.output
    assert "20260101, group 20260101-group: 17 planned" in done.output


def test_two_runs_at_once_wait_for_each_other(desk: Desk):

    with (desk.world.folder / "changes.jsonl").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = desk.type("apply", "20260101")
    assert done.exit_code == 1
    assert "another run changes groups now" in done.output
    assert desk.world.listed("20260101-group") == set()


def test_with_a_duo_over_the_network_and_not_without_it(desk: Desk):
    start = datetime.now(timezone.utc)
    block = Block(beamline="biomax", start=start, end=start + timedelta(hours=8))
    people = {"pi": Person(account="kim"), "members": (Person(account="pat"),)}
    ice = Proposal(number="20260101", title="Ice", beamlines=("biomax",), schedule=(block,), **people)
    with DuoServer([ice]) as duo:
        desk.ask_duo(duo)
        done = desk.type("plan", "--starting-within", "1d")
        assert done.exit_code == 0, done.output
        assert "  + add pat to 20260101-group" in done.output
        assert "Ice" not in done.output
        duo.always = Fault(status=503)
        away = desk.type("apply", "20260101", "--yes")
        assert away.exit_code == 1
        assert desk.world.listed("20260101-group") == set()


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("plan", "20260101", "--starting-within", "7d"),
        ("apply", "--starting-within", "soon"),
        ("apply", "--starting-within", "7d", "--yes"),
    ],
)
def test_wrong_usage_is_exit_code_2(desk: Desk, words: tuple[str, ...]):
    assert desk.type(*words).exit_code == 2


def test_missing_settings_are_red_and_name_the_file(desk: Desk):
    desk.settings.unlink()
    done = desk.type("plan", "20260101")
    assert done.exit_code == 1
    assert f"{desk.settings}: No such file" in done.output


@pytest.mark.parametrize("words", [("groups",), ("groups", "plan"), ("groups", "apply")])
def test_every_help_has_an_example(words: tuple[str, ...]):
    done = CliRunner().invoke(main, [*words, "--help"])
    assert done.exit_code == 0
    assert "scizoo groups" in done.output.partition("Example")[2]
