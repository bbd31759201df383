"""One MacroServer follows its target for ever."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest

from pathfixer.following.follower import LATE_S, Follower, Report, Standing
from pathfixer.following.scan_dir_follower import ScanDirFollower
from pathfixer.steps import Step
from pathfixer.testing.macro_server import MacroServerInMemory
from scifish.session import Session
from tests.waiting import wait_for

UNOWNED = "/scratch/unowned"
TARGET = Session(
    revision=1, state="open", beamline="demo", proposal="20260101", visit="20260914", sample="ice",
    path="/data/p/raw", sample_path="/data/p/raw/ice", unowned_path=UNOWNED,
    opened_at=datetime(2026, 11, 21, 12, tzinfo=timezone.utc),
)  # fmt: skip
CLOSED = Session(revision=2, beamline="demo", unowned_path=UNOWNED)


class Memory:
    """What was reached, in memory."""

    def __init__(self) -> None:
        self.reached: dict[str, str] = {}
        self.remembered = 0

    def settled(self, name: str) -> str | None:
        return self.reached.get(name)

    def history(self, limit: int) -> list[Step]:
        return []

    def set_settled(self, name: str, value: str) -> None:
        self.reached[name] = value
        self.remembered += 1


def run(function) -> None:
    threading.Thread(target=function, daemon=True).start()


def follow(
    server: MacroServerInMemory,
    memory: Memory,
    put_back: bool = False,
    scan_file: tuple[str, ...] = (),
    interval_s: float = 0.01,
) -> Follower:
    followed = ScanDirFollower(server, memory, put_back, lambda path: path.startswith("/data/"), scan_file)
    follower = Follower(followed, interval_s, lambda: None)
    follower.start(run)
    return follower


@pytest.fixture
def server() -> MacroServerInMemory:
    return MacroServerInMemory(ScanDir="/scratch")


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def follower(server, memory) -> Iterator[Follower]:
    follower = follow(server, memory)
    yield follower
    follower.stop()


def test_a_target_is_written_once_and_read_back(follower, server, memory):
    follower.follow(TARGET)
    assert follower.wait_current(60)
    assert follower.report.complaints == []
    assert server.variables["ScanDir"] == memory.reached[server.name] == TARGET.sample_path
    follower.follow(TARGET)
    assert len(server.writes) == 1


def test_what_is_reached_is_remembered_once_and_not_at_every_look(server, memory):
    follower = follow(server, memory, scan_file=("{proposal}.h5",))
    follower.follow(TARGET)
    follower.wait_current(60)
    looks = server.looks
    remembered = memory.remembered
    wait_for(lambda: server.looks > looks + 3, 5, "more looks")
    follower.stop()
    assert memory.remembered == remembered


def test_without_a_target_nothing_is_touched(follower, server):
    assert follower.wait_current(60)
    assert server.writes == []


def test_a_macro_server_that_cannot_be_written_is_named_and_tried_again(follower, server):
    server.broken = "cannot be written: no answer"
    follower.follow(TARGET)
    assert follower.wait_current(60)
    assert follower.report.complaints == [f"{server.name}: cannot be written: no answer"]
    server.broken = None
    wait_for(lambda: server.variables["ScanDir"] == TARGET.sample_path, 5, "written")
    wait_for(lambda: follower.report.complaints == [], 5, "no complaint any more")


def test_a_value_that_does_not_stay_is_a_complaint(memory):
    class Forgetful(MacroServerInMemory):
        def change(self, write, delete):
            super().change(dict.fromkeys(write, "2026"), delete)

    follower = follow(Forgetful(), memory)
    follower.follow(TARGET)
    assert follower.wait_current(60)
    follower.stop()
    assert "ScanDir reads back as '2026' instead of" in follower.report.complaints[0]
    assert memory.reached == {}


def test_a_user_s_change_is_told_until_it_is_gone(follower, server):
    follower.follow(TARGET)
    follower.wait_current(60)
    server.variables["ScanDir"] = "/scratch"
    wait_for(lambda: follower.report.complaints, 5, "an override")
    assert server.variables["ScanDir"] == "/scratch"
    server.variables["ScanDir"] = TARGET.sample_path
    wait_for(lambda: not follower.report.complaints, 5, "no override")


def test_a_change_made_before_a_restart_is_still_the_user_s(server, memory):
    memory.reached[server.name] = TARGET.sample_path
    follower = follow(server, memory)
    follower.follow(TARGET)
    follower.wait_current(60)
    follower.stop()
    assert server.variables["ScanDir"] == "/scratch"
    assert follower.report.overrides


def test_a_change_is_put_back_once_per_change(server, memory):
    follower = follow(server, memory, put_back=True)
    follower.follow(TARGET)
    follower.wait_current(60)
    for _ in range(2):
        server.variables["ScanDir"] = "/scratch"
        wait_for(lambda: server.variables["ScanDir"] == TARGET.sample_path, 5, "put back")
    follower.stop()
    assert len(server.writes) == 3


def test_an_event_makes_it_look_at_once(server, memory):
    follower = follow(server, memory, interval_s=60)
    follower.follow(TARGET)
    follower.wait_current(60)
    server.variables["ascan.ScanDir"] = "/scratch"
    server.on_event()
    wait_for(lambda: follower.report.overrides, 5, "the override")
    follower.stop()


@pytest.mark.parametrize("scope", ["door/demo/1.ScanDir", "ascan.ScanDir", "door/demo/1.ascan.ScanDir"])
def test_without_a_session_every_scope_below_a_proposal_is_put_back(server, memory, scope):
    server.variables |= {"ScanDir": "/data/p/raw", scope: "/data/p/raw/ice", "mesh.ScanDir": "/scratch"}
    follower = follow(server, memory)
    follower.follow(CLOSED)
    follower.wait_current(60)
    assert server.variables == {"ScanDir": UNOWNED, "mesh.ScanDir": "/scratch"}
    server.variables[scope] = "/data/p/raw"
    wait_for(lambda: scope not in server.variables, 5, "put back again")
    follower.stop()


def test_a_scan_id_that_goes_back_is_told(follower, server):
    server.variables["ScanID"] = 602
    follower.follow(TARGET)
    follower.wait_current(60)
    server.variables["ScanID"] = 601
    wait_for(lambda: follower.report.complaints, 5, "told")
    assert "ScanID went back from 602 to 601" in follower.report.complaints[0]
    server.variables["ScanID"] = 603
    wait_for(lambda: not follower.report.complaints, 5, "no more")


def test_scan_file_is_written_at_opening_only(server, memory):
    server.variables["ScanFile"] = "mine.h5"
    follower = follow(server, memory, scan_file=("{proposal}_{visit}.h5",))
    follower.follow(TARGET)
    follower.wait_current(60)
    assert server.variables["ScanFile"] == "20260101_20260914.h5"
    server.variables["ScanFile"] = "mine.h5"
    follower.follow(TARGET.model_copy(update={"revision": 2, "sample_path": "/data/p/raw/water"}))
    follower.wait_current(60)
    assert server.variables["ScanFile"] == "mine.h5"
    assert server.variables["ScanDir"] == "/data/p/raw/water"
    later = TARGET.opened_at + timedelta(hours=1)
    follower.follow(TARGET.model_copy(update={"revision": 3, "opened_at": later}))
    follower.wait_current(60)
    follower.stop()
    assert server.variables["ScanFile"] == "20260101_20260914.h5"


def test_one_that_waits_looks_again_soon_and_complains_of_nothing():
    class Waiting:
        name = "b/det/1/FilePath"

        def __init__(self) -> None:
            self.standings = [Standing("/old", waits="waits for the macro"), Standing("/new")]

        def bring(self, session: Session) -> Standing:
            return self.standings.pop(0) if len(self.standings) > 1 else self.standings[0]

        def listen(self, on_event: Callable[[], None]) -> None: ...

        def close(self) -> None: ...

    reports: list[Report] = []
    follower = Follower(Waiting(), 60, lambda: reports.append(follower.report))
    follower.follow(TARGET)
    follower.start(run)
    wait_for(lambda: len(reports) == 2, 5, "looked again")
    assert [report.line for report in reports] == [
        "b/det/1/FilePath: /old (waits for the macro)",
        "b/det/1/FilePath: /new",
    ]
    assert [report.complaints for report in reports] == [[], []]
    follower.stop()


def test_one_that_hangs_is_named_when_it_is_late():
    class Hanging:
        name = "macroserver/b/1"

        def __init__(self) -> None:
            self.answers = threading.Event()
            self.called = threading.Event()

        def bring(self, session: Session) -> Standing:
            self.called.set()
            self.answers.wait(20)
            return Standing("/raw")

        def listen(self, on_event: Callable[[], None]) -> None: ...

        def close(self) -> None: ...

    hanging = Hanging()
    follower = Follower(hanging, 60, lambda: None)
    follower.follow(CLOSED)
    follower.start(run)
    assert hanging.called.wait(60)
    follower.follow(TARGET)
    assert follower.report.complaints == [], "not late yet"
    assert not follower.wait_current(LATE_S + 0.1)
    assert follower.report.complaints == ["macroserver/b/1: does not answer, and may still be where it was"]
    hanging.answers.set()
    assert follower.wait_current(60)
    assert follower.report.complaints == []
    follower.stop()
