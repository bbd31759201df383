"""The keeper with a real file system, a YAML office and MacroServers in memory."""

import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pathfixer.claims import Claims
from pathfixer.config import Config
from pathfixer.desk import Desk
from pathfixer.errors import BusyError, RefusedError
from pathfixer.follower import Follower
from pathfixer.followers import Followers
from pathfixer.keeper import Keeper, Parts
from pathfixer.office_memory import OfficeMemory
from pathfixer.open_request import OpenRequest
from pathfixer.opening import Opener
from pathfixer.shown import shown
from pathfixer.staff import Staff
from pathfixer.store import Store, Wish
from pathfixer.testing.macro_server import MacroServerInMemory
from pathfixer.watch import TreeWatch, changed_folder
from sdm.errors import FolderError, NameRefusedError, OfficeUnavailableError, UnknownProposalError
from sdm.path_rules import is_in_proposal
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.testing.files_here import FilesHere
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import Block, Person, Proposal
from sdm.user_office.remembering import RememberingOffice
from tests.waiting import wait_for

RULES = load_rules("maxiv_v1")
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
ICE = OpenRequest(username="carlcarl", proposal="20260101", visit="20260914")


class OfficeInMemory:
    """A user office that answers when it is let."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.answers.set()
        block = Block(
            beamline="demo",
            start=datetime(2026, 9, 14, 6, tzinfo=timezone.utc),
            end=datetime(2026, 9, 15, 6, tzinfo=timezone.utc),
        )
        people = {"pi": Person(account="adalov"), "members": (Person(account="carlcarl"),)}
        ice = Proposal(number="20260101", title="Ice", beamlines=("demo",), schedule=(block,), **people)
        secret = Proposal(
            number="20260102", title="Secret", type="Proprietary", beamlines=("demo",), **people
        )
        self.known = {"20260101": ice, "20260102": secret}
        self.elsewhere: dict[str, Proposal] = {}
        self.is_open = True

    def proposal(self, number: str) -> Proposal:
        self.answers.wait(10)
        self._require_open()
        known = self.known | self.elsewhere
        if number not in known:
            raise UnknownProposalError(number)
        return known[number]

    def proposals(self, beamline: str) -> list[Proposal]:
        self._require_open()
        return list(self.known.values())

    def _require_open(self) -> None:
        if not self.is_open:
            raise OfficeUnavailableError("closed")


def run(function) -> None:
    threading.Thread(target=function, daemon=True).start()


def tell(done: int, of: int, text: str) -> None:
    """Progress is nobody's concern here."""


class Bench:
    """A keeper and what it works with."""

    def __init__(self, root: Path, state: Path) -> None:
        self.office = OfficeInMemory()
        self.config = Config(
            beamline="demo",
            data_root=str(root),
            site_owner=f"#{os.geteuid()}",
            site_group=f"#{os.getegid()}",
            beamline_group=f"#{os.getegid()}",
            proposal_group=f"#{os.getegid()}",
            macro_servers=("macroserver/test/1",),
            staff=("lismei",),
            free_space_limit=0,
        )
        self.server = MacroServerInMemory("macroserver/test/1", ScanDir="/scratch")
        self.state = state
        self.store = Store.open(state)
        self.files = FilesHere()
        self.unowned = self.config.unowned(RULES)
        self.keeper = Keeper(self._parts(root), lambda: None)
        self.desk = Desk(self.config, self.keeper, lambda: NOW)

    def _parts(self, root: Path) -> Parts:
        follower = Follower(
            self.server,
            self.store,
            False,
            lambda path: is_in_proposal(RULES, str(root), path),
            0.05,
            lambda: None,
        )
        clock = lambda: NOW  # noqa: E731
        cache = DiskCache(self.state / "office.db", RULES.proprietary_types, timedelta(days=30), clock)
        office = RememberingOffice(self.office, cache, RULES.proprietary_types, clock)
        staff = Staff(self.config.beamline_principal(RULES), self.config.staff, run, lambda: None)
        claims = Claims(office, staff, "demo", RULES, clock)
        return Parts(
            beamline="demo",
            unowned_path=self.unowned,
            free_limit_gib=0,
            servers_of=self.config.macro_servers_of,
            store=self.store,
            opener=Opener(self.config, RULES, claims, self.files, self.store.sample_code, clock),
            files=self.files,
            followers=Followers([follower]),
            office=OfficeMemory(office, staff, "demo", RULES, run, lambda: None),
            watch=TreeWatch(self.files, self.unowned),
            run=run,
            clock=clock,
        )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    root.mkdir()
    files = FilesHere()
    config = Config(beamline="demo", site_owner=f"#{os.geteuid()}", site_group=f"#{os.getegid()}",
                    beamline_group=f"#{os.getegid()}")  # fmt: skip
    for plan in plan_site_part(RULES, str(root), "demo", config.principals(RULES, os.geteuid(), "")):
        files.make(plan)
    return root


@pytest.fixture
def bench(root: Path, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(root, tmp_path / "state")
    bench.keeper.start()
    yield bench
    bench.keeper.stop()


def test_at_first_there_is_no_session_and_scans_are_nobody_s(bench):
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.unowned, 5, "ScanDir")
    assert bench.keeper.condition.state == "STANDBY"
    assert shown(bench.keeper, bench.desk)["path"] == ""


def test_an_open_session_is_shown_stored_and_followed(bench):
    assert bench.keeper.open_session(ICE, "me", tell) == []
    session = bench.keeper.session
    assert bench.store.last() == session
    assert bench.server.variables["ScanDir"] == session.sample_path
    assert session.visit_ends_at == datetime(2026, 9, 15, 6, tzinfo=timezone.utc)
    assert bench.keeper.condition.state == "ON"
    assert bench.keeper.history[0].endswith("asked by me")


def test_until_the_commit_everything_shows_the_old_session(bench):
    bench.office.answers.clear()
    run(lambda: bench.keeper.open_session(ICE, "me", tell))
    wait_for(lambda: bench.keeper.condition.state == "RUNNING", 5, "RUNNING")
    assert bench.keeper.session.state == "closed"
    with pytest.raises(BusyError, match="opening a session for 20260101"):
        bench.keeper.close_session("me")
    with pytest.raises(BusyError):
        bench.keeper.set_sample("ice", "me")
    bench.office.answers.set()
    wait_for(lambda: bench.keeper.session.state == "open", 5, "open")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"proposal": "20269999"}, UnknownProposalError),
        ({"username": "stranger"}, RefusedError),
        ({"username": "12345"}, NameRefusedError),
        ({"proposal": "../x"}, NameRefusedError),
        ({"visit": None}, RefusedError),
        ({"sample": "raw"}, RefusedError),
        ({"endstation": "EA01"}, RefusedError),
    ],
)
def test_a_failed_opening_leaves_the_old_session_and_no_folder(bench, root, change, error):
    with pytest.raises(error):
        bench.keeper.open_session(ICE.model_copy(update=change), "me", tell)
    assert bench.keeper.session.revision == 0
    assert bench.keeper.condition.state == "STANDBY"
    assert list((root / "visitors/demo").iterdir()) == []


def test_a_folder_that_cannot_be_made_fails_the_opening(bench, root):
    (root / "visitors/demo/20260101").write_text("in the way")
    with pytest.raises(FolderError):
        bench.keeper.open_session(ICE, "me", tell)
    assert bench.store.last() is None


def test_a_sample_is_shown_at_once_and_its_path_when_the_folder_is_there(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.keeper.set_sample("a/b", "me")
    assert bench.keeper.sample == "a/b"
    wait_for(lambda: bench.keeper.session.sample == "a/b", 5, "the sample's folder")
    assert Path(bench.keeper.session.sample_path).is_dir()
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.keeper.session.sample_path, 5, "ScanDir")
    assert bench.keeper.session.revision == 2


def test_of_many_samples_the_last_one_counts(bench):
    bench.keeper.open_session(ICE, "me", tell)
    for number in range(20):
        bench.keeper.set_sample(f"s{number}", "me")
    wait_for(lambda: bench.keeper.session.sample == "s19", 10, "the last sample")
    assert bench.store.wish() is None


def test_a_sample_whose_folder_cannot_be_made_is_an_alarm_until_the_next(bench):
    bench.keeper.open_session(ICE, "me", tell)
    (Path(bench.keeper.session.path) / "ice").write_text("in the way")
    bench.keeper.set_sample("ice", "me")
    wait_for(lambda: bench.keeper.condition.state == "ALARM", 5, "ALARM")
    assert "sample 'ice' could not be set" in bench.keeper.condition.status
    assert bench.keeper.sample == ""
    bench.keeper.set_sample("water", "me")
    wait_for(lambda: bench.keeper.session.sample == "water", 5, "the next sample")
    assert bench.keeper.condition.state == "ON"


def test_a_wish_of_an_earlier_life_is_fulfilled(root, tmp_path):
    first = Bench(root, tmp_path / "state")
    first.keeper.start()
    first.keeper.open_session(ICE, "me", tell)
    first.store.set_wish(Wish(sample="ice", client="me"))
    first.keeper.stop()
    second = Bench(root, tmp_path / "state")
    assert second.keeper.sample == "ice"
    second.keeper.start()
    wait_for(lambda: second.keeper.session.sample == "ice", 5, "the sample")
    second.keeper.stop()


def test_closing_leaves_nothing_of_the_session(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.keeper.close_session("me")
    assert bench.server.variables["ScanDir"] == bench.unowned
    assert bench.keeper.condition.state == "STANDBY"
    revision = bench.keeper.session.revision
    bench.keeper.close_session("me")
    assert bench.keeper.session.revision == revision


def test_a_silent_macro_server_leaves_the_session_open_in_alarm(bench):
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.unowned, 5, "ScanDir")
    bench.server.broken = "cannot be written: no answer"
    complaints = bench.keeper.open_session(ICE, "me", tell)
    assert complaints == ["macroserver/test/1: cannot be written: no answer"]
    assert bench.keeper.condition.state == "ALARM"
    assert bench.keeper.session.state == "open"


def test_a_proprietary_proposal_shows_a_code_and_no_title(bench):
    request = OpenRequest(username="carlcarl", proposal="20260102", visit="20260914", sample="nickel/n1")
    bench.keeper.open_session(request, "me", tell)
    assert bench.keeper.sample == "s01/s02"
    bench.keeper.set_sample("s01/s02", "panel")
    told = str(shown(bench.keeper, bench.desk)) + bench.keeper.condition.status
    for secret in ("nickel", "n1", "Secret"):
        assert secret not in told
    assert bench.keeper.session.category == "proprietary"


BY_STAFF = OpenRequest(
    username="lismei", proposal="20260199", sample="nickel", override_reason="the beam is on"
)


def test_an_override_stands_in_session_and_history(bench):
    bench.office.is_open = False
    assert "the user office is away" in bench.keeper.open_session(BY_STAFF, "me", tell)[0]
    session = bench.keeper.session
    assert (session.origin, session.override_reason) == ("override", "the beam is on")
    assert "by override: the beam is on" in bench.keeper.history[0]
    assert "the user office is away" in bench.keeper.condition.status


def test_a_proposal_whose_type_nobody_can_say_is_treated_as_proprietary(bench):
    bench.office.is_open = False
    bench.keeper.open_session(BY_STAFF, "me", tell)
    assert (bench.keeper.session.category, bench.keeper.sample) == ("proprietary", "s01")


def test_a_folder_made_before_the_experiment_tells_the_category(bench, root):
    (root / "visitors/demo/20260199").mkdir(mode=0o2750)
    bench.office.is_open = False
    bench.keeper.open_session(BY_STAFF, "me", tell)
    assert (bench.keeper.session.category, bench.keeper.sample) == ("visitors", "nickel")


def test_a_session_from_memory_is_marked_cached(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.office.is_open = False
    warning = bench.keeper.open_session(ICE, "me", tell)[0]
    assert "what is known is from 2026-11-21 12:00 UTC" in warning
    assert (bench.keeper.session.origin, bench.keeper.session.office_as_of) == ("cached", NOW)
    assert "the user office was away" in bench.keeper.history[0]


def test_a_restarted_keeper_offers_what_the_office_told_before_with_its_age(root, tmp_path):
    first = Bench(root, tmp_path / "state")
    first.keeper.start()
    wait_for(lambda: first.keeper.office.as_of, 5, "the office's answer")
    first.keeper.stop()
    second = Bench(root, tmp_path / "state")
    second.office.is_open = False
    assert second.keeper.office.as_of == NOW
    assert second.keeper.office.proposals("carlcarl", False) == ["20260101  Ice", "20260102"]
    second.keeper.start()
    wait_for(lambda: second.keeper.office.problem, 5, "the office is away")
    assert second.keeper.office.proposals("carlcarl", False) == ["20260101  Ice", "20260102"]
    second.keeper.stop()


def test_what_a_parent_of_another_beamline_has_is_offered_to_its_members(bench):
    parent = Proposal(number="20250001", pi=Person(account="gracehop"), beamlines=("other",))
    bench.office.known["20260101"] = bench.office.known["20260101"].model_copy(update={"parent": "20250001"})
    bench.office.elsewhere = {"20250001": parent}
    wait_for(lambda: bench.keeper.office.as_of, 5, "the first answer")
    bench.keeper.office.refresh()
    wait_for(lambda: bench.keeper.office.proposals("gracehop", False), 5, "the parent's answer")
    assert bench.keeper.office.proposals("gracehop", False) == ["20260101  Ice"]


def test_a_replaced_folder_is_noticed_and_scans_go_elsewhere(bench):
    bench.keeper.open_session(ICE, "me", tell)
    raw = Path(bench.keeper.session.path)
    raw.rename(raw.with_name("old"))
    raw.mkdir(mode=0o2770)
    bench.keeper.set_sample("ice", "me")
    wait_for(lambda: "is not the folder it was" in bench.keeper.condition.status, 5, "noticed")
    wait_for(lambda: bench.server.variables["ScanDir"] == bench.unowned, 5, "ScanDir")
    assert bench.keeper.condition.state == "ALARM"


def test_a_folder_is_compared_by_inode_and_owner():
    before = {"/a": (1, 0), "/b": (2, 0)}
    assert changed_folder({"/a": (1, 0), "/b": (2, 0), "/c": (9, 9)}, before) is None
    assert changed_folder({"/a": (1, 0)}, before) is None
    assert "/b" in changed_folder({"/a": (1, 0), "/b": (2, 5)}, before)


def test_a_check_without_a_session_looks_at_the_folder_for_unowned_scans(bench):
    findings = bench.keeper.check()
    assert bench.unowned in findings[0].finding
    with pytest.raises(RefusedError, match="no session"):
        bench.keeper.repair()


def test_a_missing_folder_for_unowned_scans_is_a_fault(root, tmp_path):
    (root / "staff/demo/unowned").rmdir()
    bench = Bench(root, tmp_path / "state")
    bench.keeper.start()
    wait_for(lambda: bench.keeper.condition.state == "FAULT", 5, "FAULT")
    assert bench.unowned in bench.keeper.condition.status
    bench.keeper.stop()


def test_proposals_and_visits_are_offered_to_whom_they_concern(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.desk.stage("Username", "carlcarl", "panel")
    assert bench.desk.proposals() == ["20260101  Ice", "20260102"]
    assert bench.desk.visits("20260101") == ["20260914  2026-09-14 08:00 - 2026-09-15 08:00"]
    bench.desk.stage("Username", "stranger", "panel")
    assert bench.desk.proposals() == []
    bench.desk.stage("Username", "lismei", "panel")
    assert len(bench.desk.proposals()) == 2
    with pytest.raises(RefusedError, match="EA09"):
        bench.desk.stage("Endstation", "EA09", "panel")
